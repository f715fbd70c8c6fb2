package io.tollgate.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** The load: one event loop that asks one path, and knows what must be answered. */
final class Generator implements AutoCloseable {
  private static final int CONNECT_MILLIS_MAX = 5_000;
  private static final long OVERTIME_SECONDS_MAX = 30;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final String path;
  private final byte[] expected;
  private final KeyFile keys;
  private final long upstreamPid;
  private final Wire wire;

  Generator(String path, byte[] expected, KeyFile keys, long upstreamPid, Wire wire) {
    this.path = path;
    this.expected = expected;
    this.keys = keys;
    this.upstreamPid = upstreamPid;
    this.wire = wire;
  }

  /**
   * Runs a slot to its end.
   *
   * @throws WrongAnswer if a single answer was not as it must be
   */
  SlotResult run(Slot slot) {
    EventLoop loop = group.next();
    var run =
        new SlotRun(
            slot,
            Requests.of(path, slot.peer(), keys, wire),
            expected,
            loop,
            new Meters(slot.peer().pid(), upstreamPid));
    loop.execute(() -> connect(slot, run));
    try {
      long seconds = slot.ramp().plus(slot.length()).toSeconds() + OVERTIME_SECONDS_MAX;
      return run.result().get(seconds, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof WrongAnswer wrong ? wrong : new IllegalStateException(e);
    } catch (TimeoutException e) {
      throw new IllegalStateException("the slot of " + slot.peer().name() + " has no end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void connect(Slot slot, SlotRun run) {
    var bootstrap =
        new Bootstrap()
            .group(group)
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    SslHandler tls = wire.handler(channel, slot.peer());
                    if (tls != null) {
                      channel.pipeline().addLast(tls);
                    }
                    channel.pipeline().addLast(run.connection(channel, wire.streams()));
                  }
                });
    var missing = new AtomicInteger(slot.connections());
    for (int i = 0; i < slot.connections(); i++) {
      bootstrap
          .connect(slot.peer().address())
          .addListener(
              (ChannelFuture connected) -> {
                if (!connected.isSuccess()) {
                  run.fail(new WrongAnswer(slot.peer(), String.valueOf(connected.cause())));
                } else {
                  shakeHands(connected.channel(), slot.peer(), run, missing);
                }
              });
    }
  }

  /** Starts the run when the last connection is ready. */
  private void shakeHands(Channel channel, Peer peer, SlotRun run, AtomicInteger missing) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      ready(run, missing);
      return;
    }
    tls.handshakeFuture()
        .addListener(
            shaken -> {
              try {
                if (!shaken.isSuccess()) {
                  throw new WrongAnswer(peer, String.valueOf(shaken.cause()));
                }
                wire.check(peer, tls);
                ready(run, missing);
              } catch (WrongAnswer e) {
                run.fail(e);
              }
            });
  }

  private static void ready(SlotRun run, AtomicInteger missing) {
    if (missing.decrementAndGet() == 0) {
      run.start();
    }
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
