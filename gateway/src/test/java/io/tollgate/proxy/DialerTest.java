package io.tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.tollgate.tls.TlsContext;
import io.tollgate.tls.UpstreamTls;
import io.vertx.core.Vertx;
import java.net.URI;
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
    var targets = new UpstreamTargets(TargetConfig.DEFAULTS, new SimpleMeterRegistry());
    var forwarder = new Forwarder(vertx, eventLoop, ProxyConfig.DEFAULTS, tls, targets);
    for (String scheme : new String[] {"http", "https"}) {
      var to = Destination.of(URI.create(scheme + "://127.0.0.1:1"));
      Endpoint endpoint = targets.gone(to).get(0).endpoints().get(0);
      var pool = new TargetPool(endpoint, dialer, ProxyConfig.DEFAULTS, forwarder);
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
}
