package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.assertRefused;
import static io.tollgate.management.directory.Sync.group;
import static io.tollgate.management.directory.Sync.name;
import static io.tollgate.management.directory.Sync.op;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.tollgate.management.connection.RoleResolution;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A group that holds more than one change tells: whoever loses by its end has lost when it ends.
 */
class ManyLosersTest {
  private static final int REPEATS_MAX = 20;

  private static Sync.Stores stores;

  private Sync sync;
  private String scope;
  private JsonObject role;

  @BeforeAll
  static void start() {
    stores = new Sync.Stores();
  }

  @AfterAll
  static void stop() {
    stores.close();
  }

  @BeforeEach
  void found() {
    sync = stores.sync();
    scope = "org:many:do_" + name();
    role = sync.role("org:many_" + name(), scope);
  }

  /** Puts as many users into a group as no change tells, with the role that it gives them. */
  private void crowd(JsonObject group) {
    stores.postgres.execute(
        """
        WITH users AS (
          INSERT INTO tollgate.app_user (id, directory_id)
          SELECT 'user_' || lpad('%1$s_' || lpad(i::text, 6, '0'), 27, 'c'), '%2$s'
          FROM generate_series(1, %3$d) i RETURNING id
        ), told AS (
          INSERT INTO tollgate.scim_user (
            directory_id, id, user_id, user_name, user_name_key, active, document)
          SELECT '%2$s', 'p_' || id, id, id, id, true, '{}' FROM users
        ), joined AS (
          INSERT INTO tollgate.membership (
            id, organization_id, user_id, role_set_id, role_id, mapped_by)
          SELECT 'orgmem_' || right(u.id, 27), o.id, u.id, o.role_set_id, m.role_id, m.id
          FROM users u, tollgate.organization o, tollgate.group_role_mapping m
          WHERE o.id = '%4$s' AND m.group_id = '%5$s'
        )
        INSERT INTO tollgate.record (name, address, body)
        SELECT 'subject:' || id, tollgate.address('subject:' || id),
          '{"version":2,"kind":"subject","revoked_before":0,"enabled":true,'
            || '"roles":{"%4$s":"%6$s"}}'
        FROM users
        """
            .formatted(
                name(),
                sync.directoryId,
                RoleResolution.AT_ONCE_MAX,
                sync.organizationId,
                group.getString("id"),
                role.getString("id")));
    stores.postgres.execute(
        """
        INSERT INTO tollgate.scim_group_member (directory_id, group_id, scim_user_id)
        SELECT directory_id, '%2$s', id FROM tollgate.scim_user WHERE directory_id = '%1$s'
        ON CONFLICT DO NOTHING
        """
            .formatted(sync.directoryId, group.getString("id")));
  }

  private String secret(JsonObject person) {
    return sync.management
        .created(
            new JsonObject()
                .put("subject", sync.userId(person))
                .put("name", "a key")
                .put("scopes", new JsonArray().add(scope)))
        .getString("secret");
  }

  private void assertScopes(String secret, String... scopes) {
    for (var where : List.of(stores.management, stores.other)) {
      assertThat(where.verify(secret).ok().getJsonArray("scopes"))
          .containsExactly((Object[]) scopes);
    }
  }

  private String withRole() {
    return stores.postgres.query(
        "SELECT count(*) FROM tollgate.membership WHERE role_id = '" + role.getString("id") + "'");
  }

  /**
   * Asks again where it takes too long, as identity providers do, so that what is shown here does
   * not hang on how fast the machine is. Where the group went before its members had lost all, the
   * next answer is that it is not there.
   */
  private static void assertEnds(Supplier<Answer> ending) {
    Answer answer = ending.get();
    var expected = List.of(200, 204);
    for (int again = 0; again < REPEATS_MAX && answer.status() == 503; again++) {
      answer = ending.get();
      expected = List.of(200, 204, 404);
    }
    assertThat(answer.status()).as(answer.body()).isIn(expected);
  }

  private static Arguments way(String name, BiFunction<Sync, String, Answer> ending) {
    return Arguments.of(name, ending);
  }

  static Stream<Arguments> ways() {
    return Stream.of(
        way("a group that is deleted", Sync::delete),
        way(
            "a group that is emptied",
            (sync, path) -> sync.patch(path, op("replace", "members", new JsonArray()))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ways")
  void lose_by(String name, BiFunction<Sync, String, Answer> ending) {
    JsonObject person = sync.created();
    JsonObject group = sync.createdGroup("Many", person.getString("id"));
    sync.map(group, role);
    crowd(group);
    String secret = secret(person);
    assertScopes(secret, scope);
    assertEnds(() -> ending.apply(sync, group(group)));
    assertScopes(secret);
    assertThat(withRole()).isEqualTo("0");
  }

  @Test
  void lose_by_two_groups_that_are_deleted_at_once() {
    JsonObject person = sync.created();
    JsonObject one = sync.createdGroup("One", person.getString("id"));
    JsonObject two = sync.createdGroup("Two", person.getString("id"));
    sync.map(one, role, two, role);
    crowd(one);
    crowd(two);
    String secret = secret(person);
    try (var threads = Executors.newFixedThreadPool(2)) {
      List<CompletableFuture<Void>> deleted =
          Stream.of(group(one), group(two))
              .<Runnable>map(path -> () -> assertEnds(() -> sync.delete(path)))
              .map(each -> CompletableFuture.runAsync(each, threads))
              .toList();
      deleted.forEach(CompletableFuture::join);
    }
    assertScopes(secret);
    assertThat(withRole()).isEqualTo("0");
    assertRefused(sync.delete(group(one)), 404, null);
  }
}
