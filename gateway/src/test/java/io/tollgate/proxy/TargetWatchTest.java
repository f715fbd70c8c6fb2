package io.tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.tollgate.tls.TlsContext;
import io.tollgate.tls.UpstreamTls;
import io.vertx.core.Vertx;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Names are looked up again and again, by a clock and a resolver that a test moves. */
class TargetWatchTest {
  private static final Duration INTERVAL = TargetConfig.DEFAULTS.resolveInterval();

  private final Vertx vertx = Vertx.vertx();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final UpstreamTargets targets =
      new UpstreamTargets(TargetConfig.DEFAULTS, new SimpleMeterRegistry(), () -> 0);
  private final TargetWatch watch =
      new TargetWatch(
          new Forwarder(
              vertx,
              loops.next(),
              ProxyConfig.DEFAULTS,
              TlsContext.of(UpstreamTls.DEFAULTS),
              targets),
          name -> resolve());
  private List<String> addresses = List.of();
  private int lookUps;
  private long now;

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
    loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS);
  }

  private Future<List<InetSocketAddress>> resolve() {
    lookUps++;
    return addresses.isEmpty()
        ? ImmediateEventExecutor.INSTANCE.newFailedFuture(new UnknownHostException("api"))
        : ImmediateEventExecutor.INSTANCE.newSucceededFuture(
            addresses.stream().map(address -> new InetSocketAddress(address, 0)).toList());
  }

  /** Passes an interval, in which the name stands for these, and returns what is used then. */
  private List<String> look(String... nowStandsFor) {
    addresses = List.of(nowStandsFor);
    now += INTERVAL.toNanos();
    watch.tick(now);
    return targets.all().stream()
        .flatMap(target -> target.endpoints().stream())
        .flatMap(endpoint -> Stream.ofNullable(endpoint.address()))
        .map(address -> address.getHostAddress())
        .toList();
  }

  @Test
  void new_addresses_are_used_and_vanished_ones_are_not() {
    targets.retainOnly(List.of(Route.to("/", "http://api.internal:9000")));
    assertThat(look("10.0.0.1", "10.0.0.2")).containsExactly("10.0.0.1", "10.0.0.2");
    int version = targets.version();
    assertThat(look("10.0.0.2", "10.0.0.3")).containsExactly("10.0.0.2", "10.0.0.3");
    assertThat(targets.version()).as("so that each choice hears of it").isNotEqualTo(version);
  }

  @Test
  void a_name_that_is_not_found_any_more_stands_for_what_it_did() {
    targets.retainOnly(List.of(Route.to("/", "http://api.internal:9000")));
    look("10.0.0.1");
    assertThat(look()).containsExactly("10.0.0.1");
  }

  @Test
  void a_name_is_looked_up_once_an_interval() {
    targets.retainOnly(List.of(Route.to("/", "http://api.internal:9000")));
    for (int i = 0; i < 100; i++) {
      watch.tick(now);
      now += INTERVAL.dividedBy(10).toNanos();
    }
    assertThat(lookUps).isEqualTo(10);
  }
}
