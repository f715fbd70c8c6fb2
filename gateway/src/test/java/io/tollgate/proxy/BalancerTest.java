package io.tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.tollgate.access.Scopes;
import io.tollgate.tls.TlsContext;
import io.tollgate.tls.UpstreamTls;
import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which target a request goes to. */
class BalancerTest {
  private static final int CHOICES = 10_000;
  private static final TargetConfig CONFIG = TargetConfig.DEFAULTS;

  private final Vertx vertx = Vertx.vertx();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private long now;
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final UpstreamTargets targets = new UpstreamTargets(CONFIG, metrics, () -> now);
  private final Forwarder forwarder =
      new Forwarder(
          vertx, loops.next(), ProxyConfig.DEFAULTS, TlsContext.of(UpstreamTls.DEFAULTS), targets);
  private final Map<Endpoint, TargetPool> pools = new HashMap<>();

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
    loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS);
  }

  private Balancer balancer(int count) {
    Destination to = addresses(1, count);
    name(to);
    return to(to);
  }

  private static Destination addresses(int first, int last) {
    return new Destination(
        IntStream.rangeClosed(first, last).mapToObj(i -> URI.create("http://10.0.0." + i)).toList(),
        "");
  }

  /** Makes these the only ones that routes name. */
  private void name(Destination to) {
    targets.retainOnly(
        List.of(
            new Route("/", to.first(), Scopes.NONE, Set.of(), Set.of(CredentialHeader.values()))
                .to(to)));
  }

  private Balancer to(Destination to) {
    return new Balancer(targets, to, this::pool, new SplittableRandom(1), now);
  }

  private TargetPool pool(Endpoint endpoint) {
    return pools.computeIfAbsent(endpoint, forwarder::poolOfItsOwn);
  }

  private TargetPool pool(String address) {
    return pools.values().stream()
        .filter(pool -> pool.endpoint().url().getHost().equals(address))
        .findFirst()
        .orElseThrow();
  }

  private void fail(String address) {
    for (int i = 0; i < CONFIG.failuresMax(); i++) {
      pool(address).endpoint().health().unreached(now);
    }
  }

  private Map<String, Integer> choose(Balancer balancer) {
    Map<String, Integer> chosen = new HashMap<>();
    for (int i = 0; i < CHOICES; i++) {
      chosen.merge(balancer.choose(false, now).endpoint().url().getHost(), 1, Integer::sum);
    }
    return chosen;
  }

  @Test
  void all_get_their_share() {
    assertThat(choose(balancer(4)))
        .hasSize(4)
        .allSatisfy((host, times) -> assertThat(times).isBetween(CHOICES / 5, CHOICES / 3));
  }

  @Test
  void who_has_more_under_way_than_any_other_gets_nothing() {
    Balancer balancer = balancer(3);
    now += CONFIG.slowStart().toNanos();
    pool("10.0.0.2").enter();
    assertThat(choose(balancer)).containsOnlyKeys("10.0.0.1", "10.0.0.3");
    pool("10.0.0.2").leave(true, false, false);
    assertThat(choose(balancer)).hasSize(3);
  }

  @Test
  void open_websockets_count_among_themselves_alone() {
    Balancer balancer = balancer(2);
    now += CONFIG.slowStart().toNanos();
    TargetPool old = pool("10.0.0.1");
    old.enter();
    old.endpoint().load().beginApart();
    // Those whose handshake is under way count, too: many may come at once.
    assertThat(balancer.choose(true, now)).isSameAs(pool("10.0.0.2"));
    old.answered(101);
    old.switched();
    pool("10.0.0.2").enter();
    assertThat(balancer.choose(false, now)).isSameAs(old);
    assertThat(balancer.choose(true, now)).isSameAs(pool("10.0.0.2"));
    old.leave(true, true, true);
    assertThat(old.underWay()).isZero();
    assertThat(old.endpoint().load().apart()).isZero();
  }

  @Test
  void who_is_out_of_use_gets_nothing_until_it_is_back_with_a_share_that_grows() {
    Balancer balancer = balancer(3);
    now += CONFIG.slowStart().toNanos();
    fail("10.0.0.2");
    assertThat(choose(balancer)).containsOnlyKeys("10.0.0.1", "10.0.0.3");
    now += CONFIG.ejection().toNanos();
    Health health = pool("10.0.0.2").endpoint().health();
    assertThat(health.takeCheck(now)).isTrue();
    health.checked(true, now);
    int first = choose(balancer).getOrDefault("10.0.0.2", 0);
    now += CONFIG.slowStart().dividedBy(2).toNanos();
    int later = choose(balancer).getOrDefault("10.0.0.2", 0);
    now += CONFIG.slowStart().toNanos();
    int last = choose(balancer).getOrDefault("10.0.0.2", 0);
    assertThat(first).isBetween(1, CHOICES / 8);
    assertThat(later).isBetween(CHOICES / 8, CHOICES / 3);
    assertThat(last).isBetween(CHOICES / 4, CHOICES / 2);
  }

  @Test
  void where_all_are_equally_new_the_less_busy_is_taken() {
    Balancer balancer = balancer(3);
    pool("10.0.0.2").enter();
    assertThat(choose(balancer)).containsOnlyKeys("10.0.0.1", "10.0.0.3");
  }

  @Test
  void where_too_few_are_left_all_are_used() {
    Balancer balancer = balancer(10);
    for (int i = 1; i <= 8; i++) {
      fail("10.0.0." + i);
    }
    assertThat(choose(balancer)).containsOnlyKeys("10.0.0.9", "10.0.0.10");
    fail("10.0.0.9");
    assertThat(choose(balancer)).as("one of ten is below 20 percent").hasSize(10);
  }

  @Test
  void a_further_try_goes_elsewhere_if_there_is_elsewhere() {
    Balancer two = balancer(2);
    for (int i = 0; i < CHOICES; i++) {
      TargetPool tried = two.choose(false, now);
      assertThat(two.chooseBut(tried, null, false, now)).isNotNull().isNotSameAs(tried);
    }
    Balancer one = balancer(1);
    assertThat(one.chooseBut(one.choose(false, now), null, false, now)).isNull();
  }

  @Test
  void a_second_further_try_goes_to_a_third_if_there_is_a_third() {
    Balancer three = balancer(3);
    TargetPool third = pool("10.0.0.3");
    third.enter();
    for (int i = 0; i < CHOICES; i++) {
      assertThat(three.chooseBut(pool("10.0.0.2"), pool("10.0.0.1"), false, now)).isSameAs(third);
    }
    Balancer two = balancer(2);
    TargetPool first = pool("10.0.0.1");
    assertThat(two.chooseBut(pool("10.0.0.2"), first, false, now)).isSameAs(first);
    assertThat(two.chooseBut(first, first, false, now)).isSameAs(pool("10.0.0.2"));
    Balancer one = balancer(1);
    assertThat(one.chooseBut(first, first, false, now)).isNull();
  }

  @Test
  void who_was_taken_from_the_routes_gets_nothing_that_was_begun_before_either() {
    Balancer before = balancer(3);
    TargetPool second = pool("10.0.0.2");
    name(addresses(1, 2));
    assertThat(choose(before)).containsOnlyKeys("10.0.0.1", "10.0.0.2");
    for (int i = 0; i < CHOICES; i++) {
      assertThat(before.chooseBut(second, null, false, now)).isSameAs(pool("10.0.0.1"));
    }
    assertThat(to(addresses(1, 3)).isWhole()).as("is kept for others").isFalse();
  }

  @Test
  void where_all_were_taken_what_was_accepted_before_is_sent_once_and_not_counted() {
    Balancer before = balancer(2);
    name(addresses(3, 3));
    for (Balancer late : List.of(before, to(addresses(1, 2)))) {
      TargetPool gone = late.choose(false, now);
      gone.count();
      assertThat(gone.endpoint().url().getHost()).isIn("10.0.0.1", "10.0.0.2");
      assertThat(late.chooseBut(gone, null, false, now)).isNull();
      assertThat(late.isWhole()).isFalse();
    }
    assertThat(metrics.find("tollgate.target.requests").counters()).isEmpty();
  }

  @Test
  void one_alone_is_always_taken() {
    Balancer balancer = balancer(1);
    fail("10.0.0.1");
    assertThat(choose(balancer)).containsOnlyKeys("10.0.0.1");
  }

  @Test
  void a_choice_allocates_nothing() {
    Balancer balancer = balancer(5);
    now += CONFIG.slowStart().plus(Duration.ofSeconds(1)).toNanos();
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < CHOICES; i++) {
        balancer.choose(false, now);
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least).isLessThan(CHOICES);
  }
}
