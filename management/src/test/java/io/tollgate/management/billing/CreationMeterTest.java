package io.tollgate.management.billing;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.Subject;
import io.tollgate.management.TestManagement;
import io.tollgate.store.InstanceRecord;
import io.tollgate.store.RecordName;
import io.tollgate.store.RecordText;
import io.tollgate.store.StoredRecord;
import io.tollgate.store.SubjectRecord;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each creation of a key is a unit in the ledger, by the same transaction. */
class CreationMeterTest {
  private static final String OF_USERS = "pver_" + "u".repeat(27);
  private static final String OF_ORGANIZATIONS = "pver_" + "o".repeat(27);
  private static final String SUBSCRIBED = "pver_" + "s".repeat(27);

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static TestManagement management;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
    defaultPlan("user", OF_USERS);
    defaultPlan("org", OF_ORGANIZATIONS);
    put(RecordName.INSTANCE, InstanceRecord.DEFAULTS.withPlans(OF_USERS, OF_ORGANIZATIONS));
  }

  @AfterAll
  static void stop() {
    management.close();
    redis.close();
    postgres.close();
  }

  /** What the record names must be there: who looks after it each second would take it away. */
  private static void defaultPlan(String payerType, String version) {
    postgres.execute(
        """
        INSERT INTO tollgate.plan (id, name, slug, for_payer_type, is_default)
        VALUES ('%1$s', 'of all', '%2$s', '%2$s', true);
        INSERT INTO tollgate.plan_version (id, plan_id, number, effective_at)
        VALUES ('%3$s', '%1$s', 1, '2020-01-01Z');
        """
            .formatted(version.replace("pver_", "cplan_"), payerType, version));
  }

  private static void put(RecordName name, StoredRecord record) {
    postgres.execute(
        """
        INSERT INTO tollgate.record (name, address, body)
        VALUES ('%1$s', tollgate.address('%1$s'), '%2$s')
        ON CONFLICT (name) DO UPDATE SET body = excluded.body
        """
            .formatted(name.text(), RecordText.encode(record)));
  }

  /** Returns what the ledger holds of a subject: key, version, creations, and all else. */
  private static String counted(String table, String time, String subject) {
    return postgres.query(
        """
        SELECT coalesce(string_agg(key_id || ' ' || version_id || ' ' || keys_created || ' '
          || (verified + refused + status_2xx), ',' ORDER BY key_id), '')
        FROM tollgate.%s WHERE subject = '%s' AND %s > now() - interval '2 hours'
        """
            .formatted(table, subject, time));
  }

  private static void assertCounted(String subject, String expected) {
    assertThat(counted("usage_hour", "hour", subject)).isEqualTo(expected);
    assertThat(counted("usage_minute", "minute", subject)).isEqualTo(expected);
  }

  @Test
  void a_creation_counts_under_the_plan_that_the_subject_has() {
    String user = TestManagement.subject();
    JsonObject key = management.create(user, "metered");
    assertCounted(user, key.getString("id") + " " + OF_USERS + " 1 0");

    String organization = Ledger.subject();
    key = management.create(organization, "metered");
    assertCounted(organization, key.getString("id") + " " + OF_ORGANIZATIONS + " 1 0");

    String subscriber = TestManagement.subject();
    put(RecordName.subject(new Subject(subscriber)), SubjectRecord.DEFAULTS.withPlan(SUBSCRIBED));
    key = management.create(subscriber, "metered");
    assertCounted(subscriber, key.getString("id") + " " + SUBSCRIBED + " 1 0");
  }

  @Test
  void a_machine_has_no_plan() {
    String machine = TestManagement.subject().replace("user_", "mch_");
    JsonObject key = management.create(machine, "metered");
    assertCounted(machine, key.getString("id") + "  1 0");
  }

  @Test
  void a_creation_that_is_repeated_counts_once() {
    String subject = TestManagement.subject();
    var body = new JsonObject().put("subject", subject).put("name", "repeated");
    String id = repeated(body).getString("id");
    assertThat(repeated(body).getString("id")).isEqualTo(id);
    assertCounted(subject, id + " " + OF_USERS + " 1 0");
  }

  private static JsonObject repeated(JsonObject body) {
    return management
        .send(
            management
                .request("/api_keys")
                .header("Idempotency-Key", "metered once")
                .POST(BodyPublishers.ofString(body.encode())))
        .json();
  }

  @Test
  void a_creation_that_is_refused_does_not_count() {
    String subject = TestManagement.subject();
    JsonObject key = management.create(subject, "taken");
    var body = new JsonObject().put("subject", subject).put("name", "taken");
    assertThat(management.post("/api_keys", body).status()).isEqualTo(409);
    assertCounted(subject, key.getString("id") + " " + OF_USERS + " 1 0");
  }

  @Test
  void an_import_does_not_count() {
    String subject = TestManagement.subject();
    var key =
        new JsonObject()
            .put("subject", subject)
            .put("name", "imported")
            .put("algorithm", "sha256")
            .put("hash", "ab".repeat(32));
    var answer =
        management.post("/api_keys/import", new JsonObject().put("keys", new JsonArray().add(key)));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(
            postgres.query(
                "SELECT count(*) FROM tollgate.api_key WHERE subject = '%s'".formatted(subject)))
        .isEqualTo("1");
    assertCounted(subject, "");
  }
}
