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
  static final String SUBSCRIPTIONS = "/billing/subscriptions";

  private static final AtomicInteger NAMES = new AtomicInteger();

  final TestPostgres postgres = TestPostgres.database();
  final TestRedis redis = TestRedis.start();
  final TestManagement management = TestManagement.quick(postgres, redis);
  final TestManagement other = TestManagement.quick(postgres, redis);

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

  static JsonObject order(String payer, JsonObject plan) {
    return new JsonObject().put("payer_id", payer).put("plan_id", plan.getString("id"));
  }

  Answer subscribe(String payer, JsonObject plan) {
    return management.post(SUBSCRIPTIONS, order(payer, plan));
  }

  /** Lets a plan follow what a payer has; returns the item that is to come. */
  JsonObject planned(String payer, JsonObject plan) {
    return management
        .post(SUBSCRIPTIONS, order(payer, plan).put("change", "period_end"))
        .ok()
        .getJsonArray("subscription_items")
        .getJsonObject(1);
  }

  /** Returns the first item of a subscription, which is the one that holds. */
  static JsonObject current(JsonObject subscription) {
    return subscription.getJsonArray("subscription_items").getJsonObject(0);
  }

  static String item(JsonObject item) {
    return "/billing/subscription_items/" + item.getString("id");
  }

  /** Returns an item as a list shows it. */
  JsonObject listed(JsonObject item) {
    String path = "/billing/subscription_items?include_free=true&query=" + item.getString("id");
    return management.get(path).ok().getJsonArray("data").getJsonObject(0);
  }

  /** Returns the periods of an item that have begun: how long, whether a trial, what was due. */
  List<String> periods(JsonObject item) {
    String periods =
        postgres.query(
            """
            SELECT coalesce(string_agg(
              concat_ws(' ', plan_period, is_free_trial, amount), ',' ORDER BY period_start), '')
            FROM tollgate.subscription_period WHERE item_id = '%s'
            """
                .formatted(item.getString("id")));
    return periods.isEmpty() ? List.of() : List.of(periods.split(","));
  }

  /** Returns what the audit tells of an object, newest first. */
  List<String> actions(JsonObject object) {
    return lines(object, "action");
  }

  /** Returns who did that, as the audit tells it. */
  List<String> actors(JsonObject object) {
    return lines(object, "actor");
  }

  private List<String> lines(JsonObject object, String member) {
    return objects(
            management.get("/audit?object=" + object.getString("id")).ok().getJsonArray("data"))
        .stream()
        .map(line -> line.getString(member))
        .toList();
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
