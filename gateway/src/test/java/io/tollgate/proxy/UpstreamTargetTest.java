package io.tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a name stands for, as it is looked up again and again. */
class UpstreamTargetTest {
  private long now;
  private final UpstreamTargets targets =
      new UpstreamTargets(TargetConfig.DEFAULTS, new SimpleMeterRegistry(), () -> now);

  private UpstreamTarget target(String url) {
    return targets.gone(Destination.of(URI.create(url))).get(0);
  }

  private static List<InetSocketAddress> found(String... addresses) throws Exception {
    List<InetSocketAddress> found = new ArrayList<>();
    for (String address : addresses) {
      found.add(new InetSocketAddress(InetAddress.getByName(address), 0));
    }
    return found;
  }

  private static List<String> addresses(UpstreamTarget target) {
    return target.endpoints().stream()
        .map(endpoint -> endpoint.socketAddress().getAddress().getHostAddress())
        .toList();
  }

  @Test
  void each_address_of_a_name_is_an_endpoint() throws Exception {
    UpstreamTarget target = target("http://api.internal:8080");
    assertThat(target.endpoints().get(0).socketAddress().isUnresolved()).isTrue();
    assertThat(target.resolved(found("10.0.0.2", "10.0.0.1"), now)).isTrue();
    assertThat(addresses(target)).containsExactly("10.0.0.1", "10.0.0.2");
    assertThat(target.endpoints().get(0).socketAddress().getPort()).isEqualTo(8080);
  }

  @Test
  void who_stays_keeps_its_health_and_who_has_vanished_is_gone() throws Exception {
    UpstreamTarget target = target("http://api.internal");
    target.resolved(found("10.0.0.1", "10.0.0.2"), now);
    Endpoint stays = target.endpoints().get(1);
    assertThat(target.resolved(found("10.0.0.2", "10.0.0.3"), now)).isTrue();
    assertThat(addresses(target)).containsExactly("10.0.0.2", "10.0.0.3");
    assertThat(target.endpoints().get(0)).isSameAs(stays);
    assertThat(target.resolved(found("10.0.0.3", "10.0.0.2"), now))
        .as("in another order")
        .isFalse();
  }

  @Test
  void who_comes_back_soon_is_as_well_or_ill_as_before() throws Exception {
    UpstreamTarget target = target("http://api.internal");
    target.resolved(found("10.0.0.1"), now);
    Endpoint before = target.endpoints().get(0);
    before.health().watch();
    for (int i = 0; i < TargetConfig.DEFAULTS.failuresMax(); i++) {
      before.health().unreached(now);
    }
    target.resolved(found("10.0.0.2"), now);
    now += UpstreamTarget.GONE_MAX.toNanos();
    target.resolved(found("10.0.0.1"), now);
    assertThat(target.endpoints()).containsExactly(before);
    assertThat(before.health().isInUse()).isFalse();
  }

  @Test
  void who_comes_back_starts_slowly_again() throws Exception {
    UpstreamTarget target = target("http://api.internal");
    target.resolved(found("10.0.0.1", "10.0.0.2"), now);
    now += TargetConfig.DEFAULTS.slowStart().toNanos();
    assertThat(shares(target)).containsExactly(100, 100);
    target.resolved(found("10.0.0.2"), now);
    target.resolved(found("10.0.0.1", "10.0.0.2"), now);
    assertThat(shares(target)).containsExactly(Health.SHARE_MIN, 100);
  }

  @Test
  void who_was_gone_for_long_is_another() throws Exception {
    UpstreamTarget target = target("http://api.internal");
    target.resolved(found("10.0.0.1"), now);
    Endpoint before = target.endpoints().get(0);
    target.resolved(found("10.0.0.2"), now);
    now += UpstreamTarget.GONE_MAX.toNanos() + 1;
    target.resolved(found("10.0.0.1"), now);
    assertThat(target.endpoints()).doesNotContain(before);
    assertThat(shares(target)).containsExactly(Health.SHARE_MIN);
  }

  private List<Integer> shares(UpstreamTarget target) {
    return target.endpoints().stream().map(each -> each.health().share(now)).toList();
  }

  @Test
  void no_address_at_all_changes_nothing() throws Exception {
    UpstreamTarget target = target("http://api.internal");
    target.resolved(found("10.0.0.1"), now);
    assertThat(target.resolved(List.of(), now)).isFalse();
    assertThat(addresses(target)).containsExactly("10.0.0.1");
  }

  @Test
  void of_a_host_with_both_families_one_is_taken() throws Exception {
    UpstreamTarget target = target("http://api.internal");
    target.resolved(found("::1", "127.0.0.1"), now);
    assertThat(addresses(target)).containsExactly("127.0.0.1");
    target.resolved(found("2001:db8::1"), now);
    assertThat(target.endpoints()).hasSize(1);
  }

  @Test
  void a_name_that_stands_for_too_many_is_served_by_some() throws Exception {
    List<InetSocketAddress> many = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      many.addAll(found("10.0.1." + i));
    }
    UpstreamTarget target = target("http://api.internal");
    target.resolved(many, now);
    assertThat(target.endpoints()).hasSize(UpstreamTarget.ENDPOINTS_MAX);
  }

  @Test
  void a_name_is_looked_up_by_whoever_comes_first_and_an_address_by_nobody() {
    UpstreamTarget named = target("http://api.internal");
    assertThat(named.takeResolve(0, 5)).isTrue();
    assertThat(named.takeResolve(0, 5)).isFalse();
    assertThat(named.takeResolve(4, 5)).isFalse();
    assertThat(named.takeResolve(5, 5)).isTrue();
    assertThat(target("http://10.0.0.1").takeResolve(0, 5)).isFalse();
    assertThat(target("http://[::1]:80").takeResolve(0, 5)).isFalse();
  }
}
