package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.plan.Credits;
import io.tollgate.plan.Meter;
import io.tollgate.plan.Per;
import io.tollgate.plan.Period;
import io.tollgate.plan.Plan;
import io.tollgate.plan.Quota;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.Awaiting;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Requests of subjects whose plan has quotas or credits, through running gateways. */
class QuotaTest {
  @AutoClose private final Stores stores = new Stores();
  private final Secret key = stores.keys.everywhere("read");

  private static Plan plan(List<Quota> quotas, @Nullable Credits credits) {
    return new Plan("pver_1", List.of(), quotas, credits, null);
  }

  private static Quota monthly(long units, boolean hard) {
    return new Quota(Per.SUBJECT, Meter.COMPLETED, Period.MONTH, units, hard);
  }

  private RunningGateway gateway(Route route) {
    return stores.gateway(ProxyConfig.DEFAULTS, route);
  }

  private RunningGateway gateway(ScriptedUpstream upstream) throws Exception {
    return gateway(upstream.route("/"));
  }

  private static ScriptedUpstream answering(String statusLine) throws Exception {
    return new ScriptedUpstream(
        (peer, index) -> {
          while (!peer.readHead().isEmpty()) {
            peer.write("HTTP/1.1 " + statusLine + "\r\nContent-Length: 0\r\n\r\n");
          }
        });
  }

  private int passed(RunningGateway edge, int requests) {
    int passed = 0;
    for (int i = 0; i < requests; i++) {
      passed += edge.get("/", key).statusCode() == 200 ? 1 : 0;
    }
    return passed;
  }

  private long number(String column) {
    return Long.parseLong(
        stores.postgres.query("SELECT sum(" + column + ") FROM tollgate.allowance"));
  }

  @Test
  void beyond_a_hard_quota_it_is_429_until_the_next_period() throws Exception {
    stores.keys.subscribe(plan(List.of(monthly(3, true)), null));
    try (var upstream = answering("200 OK");
        RunningGateway edge = gateway(upstream)) {
      assertThat(passed(edge, 3)).isEqualTo(3);
      HttpResponse<String> refused = edge.get("/", key);
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.body()).contains("\"code\":\"quota-exhausted\"");
      long seconds = Long.parseLong(refused.headers().firstValue("retry-after").orElseThrow());
      long now = System.currentTimeMillis();
      assertThat(now + seconds * 1_000)
          .isBetween(Period.MONTH.endMillis(now) - 5_000, Period.MONTH.endMillis(now) + 5_000);
    }
  }

  @Test
  void a_route_may_say_that_it_is_402() throws Exception {
    stores.keys.subscribe(plan(List.of(monthly(1, true)), null));
    try (var upstream = answering("200 OK")) {
      Route route = upstream.route("/");
      var asking402 =
          new Route(
              route.path(),
              route.destination(),
              route.scopes(),
              route.methods(),
              route.credentials(),
              route.preflight(),
              route.timeouts(),
              Route.COST,
              Route.PAYMENT_REQUIRED,
              "",
              route.longLived(),
              route.bodyBytesMax());
      try (RunningGateway edge = gateway(asking402)) {
        assertThat(passed(edge, 1)).isOne();
        HttpResponse<String> refused = edge.get("/", key);
        assertThat(refused.statusCode()).isEqualTo(402);
        assertThat(refused.body()).contains("\"code\":\"payment-required\"");
      }
    }
  }

  @Test
  void a_request_takes_what_its_route_costs() throws Exception {
    stores.keys.subscribe(plan(List.of(monthly(10, true)), null));
    try (var upstream = answering("200 OK");
        RunningGateway edge = gateway(upstream.route("/").at(4))) {
      assertThat(passed(edge, 5)).isEqualTo(2);
    }
    assertThat(number("spent")).isEqualTo(8);
    assertThat(stores.postgres.query("SELECT sum(status_2xx) FROM tollgate.usage_hour"))
        .isEqualTo("8");
  }

  @Test
  void two_gateways_share_it_and_what_one_holds_unused_the_other_gets() throws Exception {
    stores.keys.subscribe(plan(List.of(monthly(40, true)), null));
    try (var upstream = answering("200 OK");
        RunningGateway one = gateway(upstream);
        RunningGateway other = gateway(upstream)) {
      var passed = new AtomicInteger();
      passed.addAndGet(passed(one, 5));
      Awaiting.until(
          "the rest passes at the other one", () -> passed.addAndGet(passed(other, 40)) == 40);
      assertThat(passed(one, 5) + passed(other, 5)).isZero();
    }
    assertThat(number("spent")).isEqualTo(40);
    assertThat(number("leased")).isZero();
  }

  @Test
  void what_the_upstream_failed_at_is_not_taken() throws Exception {
    stores.keys.subscribe(plan(List.of(monthly(2, true)), null));
    try (var upstream = answering("503 Gone Fishing");
        RunningGateway edge = gateway(upstream)) {
      for (int i = 0; i < 10; i++) {
        assertThat(edge.get("/", key).statusCode()).isEqualTo(503);
        assertThat(edge.get("/", key).body()).isEmpty();
      }
    }
    assertThat(number("spent")).isZero();
    assertThat(number("leased")).isZero();
  }

  @Test
  void beyond_a_soft_quota_requests_pass() throws Exception {
    stores.keys.subscribe(plan(List.of(monthly(3, false)), null));
    try (var upstream = answering("200 OK");
        RunningGateway edge = gateway(upstream)) {
      assertThat(passed(edge, 10)).isEqualTo(10);
    }
  }

  @Test
  void without_credits_it_is_429_and_nothing_is_said_of_when() throws Exception {
    stores.keys.subscribe(plan(List.of(), new Credits(Meter.COMPLETED, 0, null)));
    try (var upstream = answering("200 OK");
        RunningGateway edge = gateway(upstream)) {
      HttpResponse<String> refused = edge.get("/", key);
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValue("retry-after")).isEmpty();
      stores.postgres.execute("UPDATE tollgate.allowance SET granted = 2");
      Awaiting.until("credits are seen", () -> edge.get("/", key).statusCode() == 200);
    }
  }

  @Test
  void while_nobody_can_tell_it_is_503_and_a_plan_without_quotas_is_served() throws Exception {
    stores.keys.subscribe(plan(List.of(monthly(1_000, true)), null));
    try (var upstream = answering("200 OK");
        RunningGateway edge = gateway(upstream)) {
      assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
      stores.postgres.execute("ALTER FUNCTION tollgate.lease RENAME TO lease_away");
      assertThat(passed(edge, 9)).isEqualTo(9);
      HttpResponse<String> refused = edge.get("/", key);
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body()).contains("\"code\":\"quota-unreachable\"");
      assertThat(refused.headers().firstValue("retry-after")).contains("1");
    }
  }
}
