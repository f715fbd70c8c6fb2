package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Per;
import io.tollgate.plan.Plan;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.store.Awaiting;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.PlanRecord;
import io.tollgate.store.RecordName;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.StoredRecord;
import io.tollgate.store.SubjectRecord;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two gateways on real stores hold the limits of a plan together. */
class LimitsTest {
  private static final String VERSION = "pver_1";
  private static final Subject OTHER = new Subject("org_000000000000000000000000000");
  private static final long HOUR = 3_600;

  private TestPostgres postgres;
  private TestRedis redis;
  private EchoUpstream upstream;
  private StoredKeys keys;
  private final List<RunningGateway> gateways = new ArrayList<>();

  @BeforeEach
  void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    upstream = new EchoUpstream();
    keys = new StoredKeys(postgres, redis);
  }

  @AfterEach
  void stop() {
    gateways.forEach(RunningGateway::close);
    upstream.close();
    redis.close();
    postgres.close();
  }

  private static Limit anHour(Per per, long units) {
    return new Limit(per, units, HOUR, units);
  }

  private Secret keyOf(Subject subject) {
    KeyRecord record =
        KeyRecord.plain(
            1, StoredKeys.record(Scopes.NONE).id(), subject, Scopes.NONE, false, KeyRecord.NEVER);
    return keys.everywhere(keys.withFreshId(record));
  }

  private Secret key() {
    return keyOf(StoredKeys.SUBJECT);
  }

  /** Lets both subjects, whose keys are made by now, have a plan; and starts two gateways. */
  private void open(LimitConfig config, Limit... limits) {
    put(RecordName.plan(VERSION), new PlanRecord(new Plan(VERSION, List.of(limits), null)));
    for (Subject subject : List.of(StoredKeys.SUBJECT, OTHER)) {
      put(RecordName.subject(subject), SubjectRecord.DEFAULTS.withPlan(VERSION));
    }
    keys.markApplied();
    for (int i = 0; i < 2; i++) {
      gateways.add(
          new RunningGateway(
              postgres,
              redis,
              ProxyConfig.DEFAULTS,
              config,
              upstream.route("/"),
              upstream.route("/free").at(0),
              upstream.route("/dear").at(5),
              upstream.route("/huge").at(11)));
    }
    gateways.forEach(
        edge ->
            Awaiting.until("Redis is believed", () -> gauge(edge, "tollgate.redis.believed") == 1));
  }

  private void open(Limit... limits) {
    open(new LimitConfig(0, 1, Duration.ofSeconds(5)), limits);
  }

  private void put(RecordName name, StoredRecord record) {
    keys.changeInPostgres(name, record);
    keys.putRedis(name, record);
  }

  private static double gauge(RunningGateway edge, String name) {
    return edge.metrics.get(name).gauge().value();
  }

  private double admitted(String source) {
    return gateways.stream()
        .mapToDouble(edge -> edge.counted("tollgate.limit.admissions", "source", source))
        .sum();
  }

  private int passing(int requests, String target, Secret key) {
    int passed = 0;
    for (int i = 0; i < requests; i++) {
      HttpResponse<String> response = gateways.get(i % 2).get(target, key);
      assertThat(response.statusCode()).isIn(200, 429);
      passed += response.statusCode() == 200 ? 1 : 0;
    }
    return passed;
  }

  private static void assertRefusedBy(HttpResponse<String> response, String limit) {
    assertThat(response.statusCode()).isEqualTo(429);
    assertThat(new JsonObject(response.body()).getString("code")).isEqualTo("rate-limited");
    assertThat(response.headers().firstValue("ratelimit").orElseThrow())
        .startsWith('"' + limit + "\";r=0;t=");
    assertThat(Integer.parseInt(response.headers().firstValue("retry-after").orElseThrow()))
        .isBetween(1, (int) HOUR);
  }

  @Test
  void a_small_limit_is_exact_over_both() {
    Secret key = key();
    open(anHour(Per.KEY, 10));
    HttpResponse<String> first = gateways.getFirst().get("/", key);
    assertThat(first.headers().firstValue("ratelimit-policy")).contains("\"key-3600\";q=10;w=3600");
    assertThat(first.headers().firstValue("ratelimit")).contains("\"key-3600\";r=9;t=360");
    assertThat(passing(30, "/", key)).isEqualTo(9);
    assertRefusedBy(gateways.getFirst().get("/", key), "key-3600");
    assertRefusedBy(gateways.getLast().get("/", key), "key-3600");
    assertThat(upstream.requests).hasValue(10);
  }

  @Test
  void requests_that_come_all_at_once_are_counted_one_by_one() {
    Secret key = key();
    open(anHour(Per.KEY, 50));
    List<CompletableFuture<Integer>> answers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      RunningGateway edge = gateways.get(i % 2);
      answers.add(
          CompletableFuture.supplyAsync(
              () -> edge.get("/", key).statusCode(), Thread::startVirtualThread));
    }
    assertThat(answers.stream().map(CompletableFuture::join).filter(status -> status == 200))
        .hasSize(50);
  }

  @Test
  void the_strictest_of_several_decides_and_a_refused_request_takes_from_none() {
    Secret one = key();
    Secret other = key();
    open(anHour(Per.KEY, 3), anHour(Per.SUBJECT, 5));
    assertThat(passing(10, "/", one)).isEqualTo(3);
    HttpResponse<String> refused = gateways.getFirst().get("/", one);
    assertRefusedBy(refused, "key-3600");
    assertThat(refused.headers().firstValue("ratelimit-policy"))
        .contains("\"key-3600\";q=3;w=3600, \"subject-3600\";q=5;w=3600");
    // The subject's limit lost three, however often its first key was refused.
    assertThat(passing(10, "/", other)).isEqualTo(2);
    assertRefusedBy(gateways.getLast().get("/", other), "subject-3600");
  }

  @Test
  void a_plans_limit_counts_all_of_its_subjects_together() {
    Secret one = key();
    Secret other = keyOf(OTHER);
    open(anHour(Per.PLAN, 6));
    assertThat(passing(4, "/", one)).isEqualTo(4);
    assertThat(passing(10, "/", other)).isEqualTo(2);
    assertRefusedBy(gateways.getFirst().get("/", one), "plan-3600");
  }

  @Test
  void a_request_costs_what_its_route_says() {
    Secret key = key();
    open(anHour(Per.KEY, 10));
    assertThat(gateways.getFirst().get("/dear", key).headers().firstValue("ratelimit"))
        .contains("\"key-3600\";r=5;t=1800");
    assertThat(passing(1, "/", key)).isEqualTo(1);
    assertRefusedBy(gateways.getLast().get("/dear", key), "key-3600");
    assertThat(passing(10, "/", key)).isEqualTo(4);
    assertThat(passing(10, "/free", key)).isEqualTo(10);
  }

  @Test
  void what_costs_more_than_a_limit_ever_has_is_told_so_and_not_to_wait() {
    Secret key = key();
    open(anHour(Per.KEY, 10));
    HttpResponse<String> response = gateways.getFirst().get("/huge", key);
    assertThat(response.statusCode()).isEqualTo(429);
    assertThat(new JsonObject(response.body()).getString("code")).isEqualTo("cost-above-limit");
    assertThat(response.headers().firstValue("retry-after")).isEmpty();
    assertThat(passing(20, "/", key)).isEqualTo(10);
  }

  @Test
  void a_big_limit_is_served_from_leases() {
    Secret key = key();
    open(new Limit(Per.KEY, 10_000, 1, 10_000));
    Awaiting.until(
        "most pass from a lease",
        () -> {
          double before = admitted("lease");
          assertThat(passing(200, "/", key)).isEqualTo(200);
          return admitted("lease") - before > 150;
        });
  }

  @Test
  void cut_off_each_goes_on_with_its_share_and_together_again_when_redis_is_back() {
    Secret key = key();
    open(anHour(Per.KEY, 10));
    gateways.forEach(
        edge ->
            Awaiting.until("both are counted", () -> gauge(edge, "tollgate.limit.gateways") == 2));
    redis.kill9();
    assertThat(passing(30, "/", key)).isEqualTo(10);
    assertThat(admitted("share")).isEqualTo(10);
    assertThat(gateways).allMatch(edge -> gauge(edge, "tollgate.limit.cut-off") == 1);
    redis.restart();
    gateways.forEach(
        edge -> Awaiting.until("it is back", () -> gauge(edge, "tollgate.limit.cut-off") == 0));
    // It lost its data, so the limit begins anew, for both together.
    assertThat(passing(30, "/", key)).isEqualTo(10);
    assertThat(admitted("share")).isEqualTo(10);
  }

  @Test
  void a_frozen_redis_costs_one_deadline() {
    Secret key = key();
    open(new LimitConfig(0, 1, Duration.ofMillis(200)), anHour(Per.KEY, 10));
    redis.freeze();
    assertThat(passing(4, "/", key)).isEqualTo(4);
    assertThat(admitted("share")).isEqualTo(4);
    redis.thaw();
    gateways.forEach(
        edge -> Awaiting.until("it is back", () -> gauge(edge, "tollgate.limit.cut-off") == 0));
  }

  @Test
  void a_wiped_redis_begins_anew() {
    Secret key = key();
    open(anHour(Per.KEY, 10));
    assertThat(passing(5, "/", key)).isEqualTo(5);
    redis.command("FLUSHALL");
    assertThat(passing(30, "/", key)).isEqualTo(10);
  }

  /** By the ring, or by Postgres where the ring is not to be trusted as Redis is silent. */
  private static double identified(RunningGateway edge) {
    return edge.metrics.get("tollgate.ring.hits").counter().count()
        + edge.metrics
            .get("tollgate.lookups")
            .tag("store", "postgres")
            .tag("result", "found")
            .counter()
            .count();
  }

  @Test
  void a_key_that_is_revoked_while_it_waits_for_a_trip_is_refused()
      throws ExecutionException, InterruptedException {
    Secret key = key();
    open(new LimitConfig(0, 1, Duration.ofSeconds(3)), anHour(Per.KEY, 10));
    RunningGateway edge = gateways.getFirst();
    Awaiting.until(
        "the ring answers",
        () -> {
          edge.get("/free", key);
          return edge.metrics.get("tollgate.ring.hits").counter().count() > 0;
        });
    int before = upstream.requests.get();
    double identified = identified(edge);
    redis.freeze();
    CompletableFuture<Integer> answer =
        CompletableFuture.supplyAsync(
            () -> edge.get("/", key).statusCode(), Thread::startVirtualThread);
    Awaiting.until("the request was identified", () -> identified(edge) > identified);
    keys.revokeInPostgres(key);
    assertThat(answer.get()).isEqualTo(401);
    assertThat(upstream.requests).hasValue(before);
    redis.thaw();
  }
}
