package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Meter;
import io.tollgate.plan.Per;
import io.tollgate.plan.Period;
import io.tollgate.plan.Plan;
import io.tollgate.plan.Quota;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.WebSocketTerms;
import io.tollgate.store.Awaiting;
import io.tollgate.store.PlanRecord;
import io.tollgate.store.RecordName;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.SubjectRecord;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a WebSocket costs while it lives, and how that is counted. */
class WebSocketCostTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private TestPostgres postgres;
  private TestRedis redis;
  private StoredKeys keys;
  private Secret key;

  @BeforeEach
  void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    keys = new StoredKeys(postgres, redis);
    key = keys.everywhere("read");
  }

  @AfterEach
  void stop() {
    redis.close();
    postgres.close();
  }

  private RunningGateway gateway(Route... routes) {
    return new RunningGateway(postgres, redis, routes);
  }

  private static double open(RunningGateway edge) {
    return edge.metrics.get("tollgate.edge.websockets").gauge().value();
  }

  private void subscribe(long units, Limit... limits) {
    var quota = new Quota(Per.SUBJECT, Meter.COMPLETED, Period.MONTH, units, true);
    var plan = new Plan("pver_1", List.of(limits), List.of(quota), null, null);
    SubjectRecord subject = SubjectRecord.DEFAULTS.withPlan(plan.version());
    keys.changeInPostgres(RecordName.plan(plan.version()), new PlanRecord(plan));
    keys.changeInPostgres(RecordName.subject(StoredKeys.SUBJECT), subject);
    keys.markApplied();
    keys.putRedis(RecordName.plan(plan.version()), new PlanRecord(plan));
    keys.putRedis(RecordName.subject(StoredKeys.SUBJECT), subject);
  }

  @Test
  void each_interval_costs_again_until_nothing_is_left() throws Exception {
    subscribe(7);
    var terms = new WebSocketTerms(true, Duration.ofMillis(100));
    try (var upstream = new FrameUpstream(RawWebSocket.SWITCHED, "");
        RunningGateway edge = gateway(upstream.route().with(terms).at(2));
        var client = new RawWebSocket(edge.gateway.port(), key)) {
      assertThat(client.read().close()).isEqualTo("1008 quota-exhausted");
      assertThat(upstream.seenToEnd()).contains("quota-exhausted");
      assertThat(edge.get("/", key).statusCode()).isEqualTo(429);
    }
    assertThat(
            postgres.query(
                "SELECT sum(verified) || ' ' || sum(status_1xx) || ' ' || sum(refused)"
                    + " FROM tollgate.usage_hour"))
        .isEqualTo("10 6 4");
    assertThat(postgres.query("SELECT sum(spent) FROM tollgate.allowance")).isEqualTo("6");
  }

  @Test
  void each_interval_takes_a_place_of_the_rate_until_none_is_left() throws Exception {
    subscribe(100, new Limit(Per.KEY, 7, 3_600, 7));
    var terms = new WebSocketTerms(true, Duration.ofMillis(100));
    var patient = new LimitConfig(0, 1, Duration.ofSeconds(5));
    try (var upstream = new FrameUpstream(RawWebSocket.SWITCHED, "");
        RunningGateway edge =
            new RunningGateway(
                postgres,
                redis,
                ProxyConfig.DEFAULTS,
                patient,
                upstream.route().with(terms).at(2));
        var client = new RawWebSocket(edge.gateway.port(), key)) {
      assertThat(client.read().close()).isEqualTo("1008 rate-limited");
      assertThat(upstream.seenToEnd()).contains("rate-limited");
      HttpResponse<String> refused = edge.get("/", key);
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.body()).contains("rate-limited");
    }
    assertThat(
            postgres.query(
                "SELECT sum(verified) || ' ' || sum(status_1xx) || ' ' || sum(refused)"
                    + " FROM tollgate.usage_hour"))
        .isEqualTo("10 6 4");
    // What was taken of the quota for an interval that the rate refused has gone back.
    assertThat(postgres.query("SELECT sum(spent) FROM tollgate.allowance")).isEqualTo("6");
  }

  @Test
  void a_websocket_that_ends_owes_nothing_more() throws Exception {
    subscribe(100);
    var terms = new WebSocketTerms(true, LONG);
    try (var upstream = new FrameUpstream(RawWebSocket.SWITCHED, "");
        RunningGateway edge = gateway(upstream.route().with(terms))) {
      new RawWebSocket(edge.gateway.port(), key).close();
      upstream.seenToEnd();
      Awaiting.until("none is open", () -> open(edge) == 0);
    }
    assertThat(postgres.query("SELECT sum(spent) FROM tollgate.allowance")).isEqualTo("1");
    assertThat(postgres.query("SELECT sum(status_1xx) FROM tollgate.usage_hour")).isEqualTo("1");
  }
}
