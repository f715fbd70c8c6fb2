package io.tollgate.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Many connections by WebSocket, with the keys in turn. */
final class WebSockets implements AutoCloseable {
  /** So few that no backlog overflows. */
  private static final int OPENED_AT_ONCE = 100;

  private static final int ANSWER_BYTES_MAX = 16 * 1024;
  private static final long DEADLINE_SECONDS = 30;

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final int port;
  private final KeyFile keys;
  private final List<WebSocketClient> open = new ArrayList<>();

  WebSockets(int port, KeyFile keys) {
    this.port = port;
    this.keys = keys;
  }

  /** Opens so many more; each of them echoes a text of its own. */
  void open(int count) {
    for (int from = 0; from < count; from += OPENED_AT_ONCE) {
      int before = open.size();
      List<CompletableFuture<WebSocketClient>> opening = new ArrayList<>();
      for (int i = 0; i < Math.min(OPENED_AT_ONCE, count - from); i++) {
        opening.add(connect(keys.key((before + i) % keys.count())));
      }
      await(opening);
      opening.forEach(opened -> open.add(opened.join()));
      echo(open.subList(before, open.size()), before);
    }
  }

  /** Lets all of them echo once more, which shows that they live. */
  void echo() {
    for (int from = 0; from < open.size(); from += OPENED_AT_ONCE) {
      echo(open.subList(from, Math.min(from + OPENED_AT_ONCE, open.size())), from);
    }
  }

  /** Lets all of them be silent for so long; fails at once if one is closed meanwhile. */
  void idle(Duration time) throws InterruptedException {
    var closed = new CountDownLatch(1);
    open.forEach(client -> client.onClose(closed::countDown));
    if (closed.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new IllegalStateException("a connection was closed while it was idle");
    }
  }

  private static void echo(List<WebSocketClient> some, int first) {
    List<CompletableFuture<Void>> echoes = new ArrayList<>();
    for (int i = 0; i < some.size(); i++) {
      echoes.add(some.get(i).echo("connection " + (first + i)));
    }
    await(echoes);
  }

  private static void await(List<? extends CompletableFuture<?>> all) {
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .join();
  }

  private CompletableFuture<WebSocketClient> connect(String key) {
    WebSocketClientProtocolConfig config =
        WebSocketClientProtocolConfig.newBuilder()
            .webSocketUri("ws://" + Peer.HOST + ":" + port + WebSocketEcho.PATH)
            .customHeaders(new DefaultHttpHeaders().add(Requests.KEY_HEADER, key))
            .build();
    var made = new CompletableFuture<WebSocketClient>();
    new Bootstrap()
        .group(group)
        .channel(EpollSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                var client = new WebSocketClient(channel);
                forward(client.opened(), made);
                channel
                    .pipeline()
                    .addLast(
                        new HttpClientCodec(),
                        new HttpObjectAggregator(ANSWER_BYTES_MAX),
                        new WebSocketClientProtocolHandler(config),
                        client);
              }
            })
        .connect(InetAddress.getLoopbackAddress(), port)
        .addListener(
            (ChannelFuture connected) -> {
              if (!connected.isSuccess()) {
                made.completeExceptionally(connected.cause());
              }
            });
    return made;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // It completes the other, and nothing else.
  private static <T> void forward(CompletableFuture<T> from, CompletableFuture<T> to) {
    from.whenComplete(
        (value, fault) -> {
          if (fault == null) {
            to.complete(value);
          } else {
            to.completeExceptionally(fault);
          }
        });
  }

  /** Closes those that are open. */
  void closeAll() {
    open.forEach(WebSocketClient::close);
    open.clear();
  }

  @Override
  public void close() {
    closeAll();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
