package io.tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a request's body whose upstream does not take it. */
class ExchangeBodyTest {
  private final Vertx vertx = Vertx.vertx();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final RequestHead head = new RequestHead(1_000, 10);
  private final List<String> told = new ArrayList<>();
  private final RecordingCarrier carrier = new RecordingCarrier();
  private final ByteBuf waiting = Unpooled.copiedBuffer("x", StandardCharsets.US_ASCII);
  private Exchange exchange;

  @BeforeEach
  void connect() {
    var targets = new UpstreamTargets(TargetConfig.DEFAULTS, new SimpleMeterRegistry());
    TlsContext tls = TlsContext.of(UpstreamTls.DEFAULTS);
    var forwarder = new Forwarder(vertx, loops.next(), ProxyConfig.DEFAULTS, tls, targets);
    var to = Destination.of(URI.create("http://10.0.0.1"));
    TargetPool pool = forwarder.poolOfItsOwn(targets.gone(to).get(0).endpoints().get(0));
    var none = new Timeouts(null, null, null);
    var deadlines = new Deadlines(ProxyConfig.DEFAULTS, none, GrpcTimeout.NONE, 0);
    ByteBuf bytes =
        Unpooled.copiedBuffer("POST / HTTP/1.1\r\nhost: t\r\n\r\n", StandardCharsets.US_ASCII);
    assertThat(head.parse(bytes, bytes.readableBytes())).isNull();
    Route route = Route.to("/", "http://10.0.0.1");
    exchange = new Exchange(forwarder, null, route, pool, client(), bytes, deadlines, false);
    pool.enter();
    exchange.connected(carrier);
    carrier.writable = false;
    exchange.data(waiting);
    assertThat(carrier.written).isEmpty();
    told.clear();
  }

  private Client client() {
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

  @AfterEach
  void stop() throws Exception {
    exchange.abandon();
    vertx.close().await(10, TimeUnit.SECONDS);
    loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS);
  }

  @Test
  void it_goes_on_when_the_upstream_takes_more_and_the_client_is_asked_for_more() {
    carrier.writable = true;
    exchange.upstreamWritable();
    assertThat(carrier.written).containsExactly("x");
    assertThat(told).containsExactly("resume");
  }

  @Test
  void it_goes_before_the_end_of_the_body() {
    exchange.endRequest();
    assertThat(carrier.written).containsExactly("x");
  }

  @Test
  void it_is_let_go_of_when_the_answer_has_come_whole() {
    exchange.finish();
    assertThat(waiting.refCnt()).isZero();
  }

  @Test
  void it_is_let_go_of_when_the_client_leaves() {
    exchange.abandon();
    assertThat(waiting.refCnt()).isZero();
  }
}
