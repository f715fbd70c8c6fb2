package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.assertRefused;
import static io.tollgate.management.directory.Sync.group;
import static io.tollgate.management.directory.Sync.name;
import static io.tollgate.management.directory.Sync.op;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.tollgate.ring.FenceConfig;
import io.tollgate.store.Awaiting;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever leaves has no keys any more when his identity provider is answered, and never again. */
class LeaverTest {
  private static Sync.Stores stores;
  private static Sync sync;

  @BeforeAll
  static void start() {
    stores = new Sync.Stores();
    sync = stores.sync();
  }

  @AfterAll
  static void stop() {
    stores.close();
  }

  private static String key(JsonObject person, String name) {
    return sync.management.create(sync.userId(person), name).getString("secret");
  }

  private static int verified(String secret) {
    int here = sync.management.verify(secret).status();
    assertThat(stores.other.verify(secret).status()).isEqualTo(here);
    return here;
  }

  private static JsonObject put(JsonObject person, Object active) {
    return person.copy().put("active", active);
  }

  private static Arguments way(String name, Function<JsonObject, Answer> ending) {
    return Arguments.of(name, ending);
  }

  static Stream<Arguments> ways() {
    return Stream.of(
        way("Okta's PUT", person -> sync.put(user(person), put(person, false))),
        way("a PUT with a string", person -> sync.put(user(person), put(person, "False"))),
        way("Entra's PATCH", person -> sync.patch(user(person), op("Replace", "active", "False"))),
        way("with its flag", person -> sync.patch(user(person), op("replace", "active", false))),
        way(
            "Okta's PATCH",
            person ->
                sync.patch(
                    user(person), op("replace", null, new JsonObject().put("active", false)))),
        way(
            "a value in a list",
            person ->
                sync.patch(user(person), op("replace", "active", new JsonArray().add(false)))),
        way(
            "a whole URN",
            person -> sync.patch(user(person), op("replace", Sync.USER + ":active", "false"))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ways")
  void the_keys_end_by(String name, Function<JsonObject, Answer> ending) {
    JsonObject person = sync.created();
    List<String> secrets = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      secrets.add(key(person, "key " + i));
    }
    secrets.forEach(secret -> assertThat(verified(secret)).isEqualTo(200));
    long startNanos = System.nanoTime();
    assertThat(ending.apply(person).ok().getBoolean("active")).isFalse();
    assertThat(Duration.ofNanos(System.nanoTime() - startNanos))
        .as("every answer from before has run out")
        .isGreaterThan(FenceConfig.DEFAULTS.bound());
    secrets.forEach(secret -> assertThat(verified(secret)).isEqualTo(404));
    assertThat(sync.local(person).getBoolean("deprovisioned")).isTrue();
  }

  @Test
  void all_keys_end_by_one_write() {
    JsonObject person = sync.created();
    for (int i = 0; i < 20; i++) {
      key(person, "key " + i);
    }
    long before = number();
    sync.patch(user(person), op("Replace", "active", "False")).ok();
    assertThat(
            stores.postgres.query(
                "SELECT cardinality(keys) || ' ' || array_to_string(records, ',')"
                    + " FROM tollgate.change_log WHERE number = "
                    + (before + 1)))
        .isEqualTo("0 subject:" + sync.userId(person));
    assertThat(
            stores.postgres.query(
                "SELECT count(*) FROM tollgate.api_key WHERE revoked_at IS NULL AND subject = '"
                    + sync.userId(person)
                    + "'"))
        .as("whoever lists them sees them revoked")
        .isEqualTo("0");
  }

  private static long number() {
    return Long.parseLong(stores.postgres.query("SELECT number FROM tollgate.change_counter"));
  }

  @Test
  void the_keys_end_with_a_deletion_and_the_user_stays_for_the_audit() {
    JsonObject person = sync.created();
    String userId = sync.userId(person);
    String secret = key(person, "deleted");
    assertThat(verified(secret)).isEqualTo(200);
    assertThat(sync.delete(user(person)).status()).isEqualTo(204);
    assertThat(verified(secret)).isEqualTo(404);
    JsonObject left = sync.management.get("/users/" + userId).ok();
    assertThat(left.getBoolean("deprovisioned")).isTrue();
    JsonObject again = sync.created(sync.person(name()).put("emails", person.getValue("emails")));
    assertThat(sync.userId(again)).isNotEqualTo(userId);
    assertThat(verified(secret)).isEqualTo(404);
  }

  @Test
  void old_keys_stay_dead_when_he_comes_back_and_new_ones_work() {
    JsonObject person = sync.created();
    String old = key(person, "old");
    sync.patch(user(person), op("Replace", "active", "False")).ok();
    sync.patch(user(person), op("Replace", "active", "True")).ok();
    assertThat(verified(old)).isEqualTo(404);
    String fresh = key(person, "old");
    assertThat(verified(fresh)).isEqualTo(200);
    // Not said again: it must not end what was made since.
    sync.patch(user(person), op("Replace", "active", "True")).ok();
    assertThat(verified(fresh)).isEqualTo(200);
  }

  @Test
  void whoever_is_not_active_can_have_no_key() {
    JsonObject person = sync.created(sync.person(name()).put("active", false));
    JsonObject wanted =
        new JsonObject().put("subject", sync.userId(person)).put("name", "of a leaver");
    sync.management.post("/api_keys", wanted).assertRefused(409, "subject_inactive");
    JsonObject imported = wanted.copy().put("algorithm", "sha256").put("hash", "ab".repeat(32));
    JsonObject report =
        sync.management
            .post("/api_keys/import", new JsonObject().put("keys", new JsonArray().add(imported)))
            .ok();
    JsonObject error = report.getJsonArray("data").getJsonObject(0).getJsonObject("error");
    assertThat(error.getString("code")).isEqualTo("subject_inactive");
    JsonObject other = sync.management.create("of somebody else");
    sync.management
        .patch(
            "/api_keys/" + other.getString("id"),
            new JsonObject().put("subject", sync.userId(person)))
        .assertRefused(409, "subject_inactive");
    sync.patch(user(person), op("Replace", "active", "True")).ok();
    assertThat(verified(key(person, "of a leaver"))).isEqualTo(200);
  }

  @Test
  void what_he_made_for_the_organization_lives_on_and_the_audit_tells_of_it() {
    JsonObject person = sync.created();
    String userId = sync.userId(person);
    JsonObject made =
        sync.management.created(
            new JsonObject()
                .put("subject", sync.organizationId)
                .put("created_by", userId)
                .put("name", "of the house " + name()));
    assertThat(verified(made.getString("secret"))).isEqualTo(200);
    sync.patch(user(person), op("Replace", "active", "False")).ok();
    assertThat(verified(made.getString("secret"))).isEqualTo(200);
    String told =
        stores.postgres.query(
            "SELECT after::text FROM tollgate.audit WHERE action = 'user.made_keys' AND object = '"
                + userId
                + "'");
    assertThat(told).contains(made.getString("id")).doesNotContain(made.getString("secret"));
    assertThat(sync.delete(user(person)).status()).isEqualTo(204);
    assertThat(verified(made.getString("secret"))).isEqualTo(200);
  }

  @Test
  void the_last_owner_leaves_as_anybody_else_does() {
    Sync own = stores.sync();
    JsonObject person = own.created();
    String userId = own.userId(person);
    own.map(
        own.createdGroup("Owners", person.getString("id")),
        new JsonObject().put("id", "role_0000000000000000000000admin"));
    assertThat(own.role(userId)).isEqualTo("org:admin");
    // Whatever has become of the one of the house.
    stores.postgres.execute(
        "DELETE FROM tollgate.membership WHERE organization_id = '%s' AND user_id <> '%s'"
            .formatted(own.organizationId, userId));
    String secret = own.management.create(userId, "of the last owner").getString("secret");
    assertThat(verified(secret)).isEqualTo(200);
    own.patch(user(person), op("Replace", "active", "False")).ok();
    assertThat(verified(secret)).isEqualTo(404);
    assertThat(own.delete(user(person)).status()).isEqualTo(204);
  }

  @Test
  void the_audit_tells_what_became_of_him_and_by_whom() {
    JsonObject person = sync.created();
    String userId = sync.userId(person);
    sync.patch(user(person), op("Replace", "active", "False")).ok();
    sync.patch(user(person), op("Replace", "active", "True")).ok();
    sync.delete(user(person));
    assertThat(
            stores.postgres.query(
                "SELECT string_agg(action, ' ' ORDER BY number) FROM tollgate.audit"
                    + " WHERE action LIKE 'user.%' AND object = '"
                    + userId
                    + "' AND actor = 'directory:"
                    + sync.directoryId
                    + "'"))
        .isEqualTo("user.create user.deactivate user.reactivate user.depart");
  }

  @Test
  void he_leaves_although_his_last_address_goes_with_him() {
    JsonObject person = sync.created();
    String secret = key(person, "without a mailbox");
    JsonObject left =
        sync.patch(
                user(person),
                op("Replace", "emails[type eq \"work\"].value", ""),
                op("Replace", "active", "False"))
            .ok();
    assertThat(left.getBoolean("active")).isFalse();
    assertThat(left.getJsonArray("emails")).isEqualTo(person.getJsonArray("emails"));
    assertThat(verified(secret)).isEqualTo(404);
    JsonObject bare = person.copy().put("active", false);
    bare.remove("emails");
    assertThat(sync.put(user(person), bare).ok().getJsonArray("emails"))
        .isEqualTo(person.getJsonArray("emails"));
  }

  @Test
  void he_leaves_although_another_one_has_the_address_that_he_is_to_get() {
    JsonObject person = sync.created();
    String taken = name() + "@elsewhere.example";
    sync.management
        .post("/users", new JsonObject().put("email_address", new JsonArray().add(taken)))
        .ok();
    JsonObject address = op("replace", "emails", new JsonArray().add(Sync.email(taken)));
    assertRefused(sync.patch(user(person), address), 409, "uniqueness");
    JsonObject left = sync.patch(user(person), address, op("replace", "active", false)).ok();
    assertThat(left.getBoolean("active")).isFalse();
    assertThat(left.getJsonArray("emails")).isEqualTo(person.getJsonArray("emails"));
  }

  @Nested
  class WhileNothingIsProven {
    @Test
    void no_repetition_hears_that_all_is_well_in_whichever_words_it_asks() {
      JsonObject person = sync.created();
      JsonObject deleted = sync.created();
      String tag = sync.get(user(person)).header("ETag");
      JsonObject linked = sync.person(name()).put("active", false);
      sync.management
          .post(
              "/users",
              new JsonObject()
                  .put("email_address", new JsonArray().add(linked.getString("userName"))))
          .ok();
      unprovenWhile(
          () -> {
            assertUnproven(
                List.of(
                    () -> sync.patch(user(person), op("Replace", "active", "False")),
                    () -> sync.delete(user(deleted)),
                    () -> sync.post("/Users", linked)));
            assertUnproven(
                List.of(
                    () ->
                        sync.patch(
                            user(person),
                            op("replace", "title", "x"),
                            op("replace", "active", false)),
                    () -> sync.put(user(person), put(person, false).put("title", "y")),
                    () -> sync.post("/Users", put(person, false)),
                    () -> sync.sendIfMatch("PUT", user(person), tag, put(person, false)),
                    () -> sync.delete(user(deleted)),
                    () -> sync.patch(user(deleted), op("replace", "active", false)),
                    () -> sync.post("/Users", linked)));
          });
      assertRefused(sync.post("/Users", put(person, false)), 409, "uniqueness");
      assertRefused(sync.post("/Users", linked), 409, "uniqueness");
      assertRefused(sync.delete(user(deleted)), 404, null);
    }

    @Test
    void no_other_change_of_a_mapped_group_hears_that_all_is_well() {
      JsonObject role = sync.role("org:unproven_" + name(), "org:unproven:do_" + name());
      String member = sync.created().getString("id");
      JsonObject emptied = sync.createdGroup("Emptied", member);
      JsonObject deleted = sync.createdGroup("Deleted", member);
      sync.map(emptied, role, deleted, role);
      JsonObject removal = new JsonObject().put("op", "remove").put("path", "members");
      unprovenWhile(
          () -> {
            assertUnproven(
                List.of(
                    () -> sync.patch(group(emptied), removal), () -> sync.delete(group(deleted))));
            assertUnproven(
                List.of(
                    () ->
                        sync.patch(
                            group(emptied), removal, op("replace", "displayName", "Renamed")),
                    () -> sync.delete(group(deleted))));
          });
      assertRefused(sync.delete(group(deleted)), 404, null);
    }

    /** Asks all at once, since each waits for as long as a proof may take. */
    private static void assertUnproven(List<Supplier<Answer>> calls) {
      List<CompletableFuture<Answer>> answers =
          calls.stream()
              .map(call -> CompletableFuture.supplyAsync(call, Thread::startVirtualThread))
              .toList();
      answers.forEach(answer -> assertUnproven(answer.join()));
    }

    private static void assertUnproven(Answer answer) {
      assertRefused(answer, 503, null);
      assertThat(answer.header("Retry-After")).isNotNull();
    }

    private static void unprovenWhile(Runnable work) {
      stores.postgres.execute(
          """
          INSERT INTO tollgate.gateway (
            name, boot, bound_millis, absence_max_millis, epoch, number)
          VALUES ('late', 'boot', 100, 1800000, '', -1)
          """);
      stores.redis.freeze();
      try {
        work.run();
      } finally {
        stores.redis.thaw();
        stores.postgres.execute("DELETE FROM tollgate.gateway WHERE name = 'late'");
      }
    }

    @Test
    void the_provider_is_told_to_come_again_and_hears_all_is_well_then() {
      JsonObject person = sync.created();
      String secret = key(person, "unproven");
      assertThat(verified(secret)).isEqualTo(200);
      stores.postgres.execute(
          """
          INSERT INTO tollgate.gateway (
            name, boot, bound_millis, absence_max_millis, epoch, number)
          VALUES ('late', 'boot', 100, 1800000, '', -1)
          """);
      stores.redis.freeze();
      try {
        assertUnproven(sync.patch(user(person), op("Replace", "active", "False")));
        // It stands for good, and is only not proven.
        assertThat(sync.get(user(person)).ok().getBoolean("active")).isFalse();
        var second =
            CompletableFuture.supplyAsync(
                () -> sync.patch(user(person), op("Replace", "active", "False")));
        stores.redis.thaw();
        Awaiting.until("Redis proves it", () -> second.isDone());
        assertThat(second.join().status()).isEqualTo(200);
        assertThat(verified(secret)).isEqualTo(404);
      } finally {
        stores.redis.thaw();
        stores.postgres.execute("DELETE FROM tollgate.gateway WHERE name = 'late'");
      }
    }
  }
}
