package io.tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.tollgate.tls.TlsContext;
import io.tollgate.tls.UpstreamTls;
import io.tollgate.wire.GrpcTimeout;
import io.tollgate.wire.RequestHead;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A forwarder alone, with an upstream that is never reached. */
final class TestForwarder {
  private static final String UPSTREAM = "http://10.0.0.1";

  private final Vertx vertx = Vertx.vertx();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  /** Owns all that is made here. */
  final EventLoop eventLoop = loops.next();

  private final UpstreamTargets targets =
      new UpstreamTargets(TargetConfig.DEFAULTS, new SimpleMeterRegistry());
  private final ProxyConfig config;
  private final Forwarder forwarder;

  TestForwarder(ProxyConfig config) {
    this.config = config;
    forwarder =
        new Forwarder(vertx, eventLoop, config, TlsContext.of(UpstreamTls.DEFAULTS), targets);
  }

  TargetPool pool(UpstreamProtocol protocol) {
    var to = Destination.of(URI.create(UPSTREAM)).speaking(protocol);
    return forwarder.poolOfItsOwn(targets.gone(to).get(0).endpoints().get(0));
  }

  /** Returns a POST to the pool's upstream; {@code told} hears what its client is told. */
  Exchange post(TargetPool pool, List<String> told) {
    var head = new RequestHead(1_000, 10);
    ByteBuf bytes =
        Unpooled.copiedBuffer("POST / HTTP/1.1\r\nhost: t\r\n\r\n", StandardCharsets.US_ASCII);
    assertThat(head.parse(bytes, bytes.readableBytes())).isNull();
    bytes.readerIndex(0);
    var deadlines = new Deadlines(config, Timeouts.OF_PROXY, GrpcTimeout.NONE, System.nanoTime());
    Route route = Route.to("/", UPSTREAM);
    pool.enter();
    Client client = client(head, told);
    return new Exchange(forwarder, null, route, pool, client, bytes, deadlines, false);
  }

  private static Client client(RequestHead head, List<String> told) {
    return (Client)
        Proxy.newProxyInstance(
            Client.class.getClassLoader(),
            new Class<?>[] {Client.class},
            (self, method, given) -> {
              told.add(method.getName());
              return switch (method.getName()) {
                case "head" -> head;
                case "alloc" -> ByteBufAllocator.DEFAULT;
                case "isWritable" -> true;
                default -> null;
              };
            });
  }

  void close() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
    loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS);
  }
}
