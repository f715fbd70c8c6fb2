package io.tollgate.management.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A management service with words for what its owner does with plans. */
final class Shop implements AutoCloseable {
  static final String PLANS = "/billing/plans";

  private static final AtomicInteger NAMES = new AtomicInteger();

  final TestPostgres postgres = TestPostgres.database();
  final TestRedis redis = TestRedis.start();
  final TestManagement management = new TestManagement(postgres, redis);
  final TestManagement other = new TestManagement(postgres, redis);

  /** Returns what a new plan of users must say at least, under a name that no other has. */
  static JsonObject wanted() {
    return new JsonObject()
        .put("name", "Plan " + NAMES.incrementAndGet())
        .put("for_payer_type", "user");
  }

  static JsonObject limit(long units) {
    return new JsonObject().put("per", "key").put("units", units).put("window_seconds", 60);
  }

  static JsonArray limits(long units) {
    return new JsonArray().add(limit(units));
  }

  Answer offer(JsonObject wanted) {
    return management.post(PLANS, wanted);
  }

  JsonObject plan(JsonObject wanted) {
    return offer(wanted).ok();
  }

  static String path(JsonObject plan) {
    return PLANS + "/" + plan.getString("id");
  }

  JsonObject changed(JsonObject plan, JsonObject change) {
    return management.patch(path(plan), change).ok();
  }

  List<JsonObject> versions(JsonObject plan) {
    return objects(management.get(path(plan) + "/versions").ok().getJsonArray("data"));
  }

  static List<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast).toList();
  }

  static String version(JsonObject plan) {
    return plan.getJsonObject("version").getString("id");
  }

  /** Returns the body of a record, or nothing. */
  String record(String name) {
    return postgres.query(
        "SELECT coalesce((SELECT body FROM tollgate.record WHERE name = '%s'), '')"
            .formatted(name));
  }

  /** Returns how much there is of all that a refusal must leave alone. */
  String contents() {
    return postgres.query(
        """
        SELECT concat_ws('/', (SELECT count(*) FROM tollgate.audit),
          (SELECT number FROM tollgate.change_counter), (SELECT count(*) FROM tollgate.plan),
          (SELECT count(*) FROM tollgate.plan_version), (SELECT count(*) FROM tollgate.feature),
          (SELECT count(*) FROM tollgate.subscription_item), (SELECT count(*) FROM tollgate.record))
        """);
  }

  /** Asserts that a change is refused for one member, and that nothing was stored. */
  void assertRefused(Answer answer, String before, String member, String code) {
    answer.assertRefused(422, code);
    assertThat(answer.parameter()).as(answer.body()).isEqualTo(member);
    assertThat(answer.error().getString("long_message")).contains(member);
    assertThat(contents()).isEqualTo(before);
  }

  /** Returns what a secret may do, of which both services must be of one mind. */
  List<String> scopes(String secret) {
    List<String> here = scopes(management, secret);
    assertThat(scopes(other, secret)).isEqualTo(here);
    return here;
  }

  static List<String> scopes(TestManagement where, String secret) {
    return where.verify(secret).ok().getJsonArray("scopes").stream()
        .map(String.class::cast)
        .toList();
  }

  @Override
  public void close() {
    other.close();
    management.close();
    redis.close();
    postgres.close();
  }
}
