package io.tollgate.proxy;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.AbstractAddressResolver;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import io.tollgate.tls.TlsContext;
import io.tollgate.tls.UpstreamTls;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A connection that can't be begun ends its exchange where every other does. */
class DialerTest {
  private final Vertx vertx = Vertx.vertx();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final EventLoop eventLoop = loops.next();

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
    loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS);
  }

  private TargetPool pool(Dialer dialer, String url) {
    TlsContext tls = TlsContext.of(UpstreamTls.DEFAULTS);
    var targets = new UpstreamTargets(TargetConfig.DEFAULTS, new SimpleMeterRegistry());
    var forwarder = new Forwarder(vertx, eventLoop, ProxyConfig.DEFAULTS, tls, targets);
    Endpoint endpoint = targets.gone(Destination.of(URI.create(url))).get(0).endpoints().get(0);
    return new TargetPool(endpoint, dialer, ProxyConfig.DEFAULTS, forwarder);
  }

  @Test
  void no_file_left_for_a_socket_is_told_on_the_event_loop_by_tls_or_not() throws Exception {
    var noFiles =
        new Bootstrap()
            .channelFactory(
                () -> {
                  throw new ChannelException("Too many open files");
                });
    TlsContext tls = TlsContext.of(UpstreamTls.DEFAULTS);
    var dialer = new Dialer(eventLoop, ProxyConfig.DEFAULTS, tls, noFiles);
    for (String scheme : new String[] {"http", "https"}) {
      TargetPool pool = pool(dialer, scheme + "://127.0.0.1:1");
      var toldOnLoop = new CompletableFuture<Boolean>();
      eventLoop.execute(
          () ->
              dialer
                  .dial(pool)
                  .addListener(
                      dialled ->
                          toldOnLoop.complete(!dialled.isSuccess() && eventLoop.inEventLoop())));
      assertThat(toldOnLoop.get(10, TimeUnit.SECONDS)).as(scheme).isTrue();
    }
  }

  /** Names, TCP, TLS and the first words of HTTP/2 share one time, whichever of them takes it. */
  @Test
  void a_connection_has_its_time_in_all_and_not_each_of_its_stages() throws Exception {
    Duration time = ProxyConfig.DEFAULTS.connectTimeout();
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var sockets =
          new Bootstrap()
              .channel(NioSocketChannel.class)
              .resolver(new LateNames(time.dividedBy(2)));
      TlsContext tls = TlsContext.of(UpstreamTls.DEFAULTS);
      var dialer = new Dialer(eventLoop, ProxyConfig.DEFAULTS, tls, sockets);
      var ended = new CompletableFuture<Throwable>();
      var inTime = new CompletableFuture<Boolean>();
      TargetPool pool = pool(dialer, "https://127.0.0.1:" + silent.getLocalPort());
      eventLoop.execute(
          () -> {
            dialer.dial(pool).addListener(dialled -> ended.complete(dialled.cause()));
            // By the one clock that both of them are told by.
            long millis = time.toMillis() * 5 / 4;
            eventLoop
                .schedule(ended::isDone, millis, MILLISECONDS)
                .addListener(due -> inTime.complete((Boolean) due.getNow()));
          });
      assertThat(inTime.get(30, TimeUnit.SECONDS)).isTrue();
      assertThat(DialFault.of(ended.join())).isEqualTo(DialFault.SILENT);
    }
  }

  /** Tells addresses as they are, after a while. */
  private static final class LateNames extends AddressResolverGroup<InetSocketAddress> {
    private final Duration late;

    LateNames(Duration late) {
      this.late = late;
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
      return new AbstractAddressResolver<>(executor, InetSocketAddress.class) {
        @Override
        protected boolean doIsResolved(InetSocketAddress address) {
          return false;
        }

        @Override
        protected void doResolve(InetSocketAddress address, Promise<InetSocketAddress> promise) {
          executor()
              .schedule(() -> address, late.toMillis(), MILLISECONDS)
              .addListener(due -> promise.setSuccess(address));
        }

        @Override
        protected void doResolveAll(
            InetSocketAddress address, Promise<List<InetSocketAddress>> promise) {
          promise.setSuccess(List.of(address));
        }
      };
    }
  }
}
