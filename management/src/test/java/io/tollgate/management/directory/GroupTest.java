package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.assertRefused;
import static io.tollgate.management.directory.Sync.group;
import static io.tollgate.management.directory.Sync.memberIds;
import static io.tollgate.management.directory.Sync.members;
import static io.tollgate.management.directory.Sync.op;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Who is in which group, and what comes of that. */
class GroupTest {
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

  private static JsonObject read(JsonObject group) {
    return sync.get(group(group)).ok();
  }

  private static long rows(JsonObject group) {
    return Long.parseLong(
        stores.postgres.query(
            "SELECT count(*) FROM tollgate.scim_group_member WHERE group_id = '"
                + group.getString("id")
                + "'"));
  }

  @Test
  void sixteen_who_add_to_one_group_at_once_lose_nobody() {
    JsonObject group = sync.createdGroup("Crowded");
    List<String> ids =
        IntStream.range(0, 64).mapToObj(i -> sync.created().getString("id")).toList();
    List<CompletableFuture<Answer>> patches = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      String[] four = ids.subList(4 * i, 4 * i + 4).toArray(String[]::new);
      patches.add(
          CompletableFuture.supplyAsync(
              () -> sync.patch(group(group), op("add", "members", members(four)))));
    }
    patches.forEach(patch -> assertThat(patch.join().status()).isEqualTo(204));
    assertThat(memberIds(read(group))).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(read(group).getJsonObject("meta").getString("version")).isEqualTo("W/\"17\"");
  }

  @Test
  void deletions_of_members_and_additions_of_them_never_wait_for_each_other() {
    JsonObject role = sync.role("org:raced_" + Sync.name(), "org:raced:do_" + Sync.name());
    JsonObject group = sync.createdGroup("Raced");
    sync.map(group, role);
    for (int round = 0; round < 5; round++) {
      List<CompletableFuture<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        JsonObject person = sync.created();
        answers.add(
            CompletableFuture.supplyAsync(
                () ->
                    sync.patch(
                        group(group), op("add", "members", members(person.getString("id"))))));
        answers.add(CompletableFuture.supplyAsync(() -> sync.delete(user(person))));
      }
      answers.forEach(answer -> assertThat(answer.join().status()).isIn(204, 400));
    }
    sync.map();
  }

  @Test
  void one_more_in_a_group_of_ten_thousand_is_one_row() {
    JsonObject group = sync.createdGroup("Everybody");
    stores.postgres.execute(
        """
        WITH people AS (
          INSERT INTO tollgate.app_user (id, directory_id)
          SELECT 'user_' || lpad('crowd_' || i, 27, 'c'), '%1$s' FROM generate_series(1, 10000) i
          RETURNING id
        ), told AS (
          INSERT INTO tollgate.scim_user (
            directory_id, id, user_id, user_name, user_name_key, active, document)
          SELECT '%1$s', gen_random_uuid()::text, id, id, id, true, '{}' FROM people RETURNING id
        )
        INSERT INTO tollgate.scim_group_member (directory_id, group_id, scim_user_id)
        SELECT '%1$s', '%2$s', id FROM told
        """
            .formatted(sync.directoryId, group.getString("id")));
    String one = sync.created().getString("id");
    assertThat(sync.patch(group(group), op("add", "members", members(one))).status())
        .isEqualTo(204);
    assertThat(rows(group)).isEqualTo(10_001);
    assertThat(writtenLast(group)).isEqualTo(1);
    assertThat(memberIds(read(group))).hasSize(10_001);
    assertThat(sync.delete(group(group)).status()).isEqualTo(204);
  }

  /** Returns how many members' rows the group's last change has written. */
  private static long writtenLast(JsonObject group) {
    return Long.parseLong(
        stores.postgres.query(
            """
            SELECT count(*) FROM tollgate.scim_group_member m
            JOIN tollgate.scim_group g ON g.id = m.group_id AND g.xmin = m.xmin
            WHERE g.id = '%s'
            """
                .formatted(group.getString("id"))));
  }

  @Test
  void a_user_is_shown_with_the_groups_that_hold_him() {
    JsonObject person = sync.created();
    JsonObject group = sync.createdGroup("Shown", person.getString("id"));
    JsonObject shown = sync.get(user(person)).ok().getJsonArray("groups").getJsonObject(0);
    assertThat(shown.getString("value")).isEqualTo(group.getString("id"));
    assertThat(shown.getString("display")).isEqualTo("Shown");
    // They are told by the group's members alone.
    JsonObject put = person.copy().put("groups", new JsonArray());
    assertThat(sync.put(user(person), put).ok().getJsonArray("groups")).hasSize(1);
    assertThat(sync.delete(user(person)).status()).isEqualTo(204);
    assertThat(memberIds(read(group))).isEmpty();
  }

  @Test
  void all_members_go_where_a_removal_names_none() {
    JsonObject group = sync.createdGroup("Emptied", sync.created().getString("id"));
    JsonObject removal = new JsonObject().put("op", "remove").put("path", "members");
    assertThat(sync.patch(group(group), removal).status()).isEqualTo(204);
    assertThat(memberIds(read(group))).isEmpty();
  }

  @Test
  void groups_in_groups_are_kept_shown_and_found() {
    JsonObject inner = sync.createdGroup("Inner", sync.created().getString("id"));
    JsonObject outer = sync.createdGroup("Outer");
    JsonObject nested = new JsonObject().put("value", inner.getString("id")).put("type", "Group");
    assertThat(sync.patch(group(outer), op("add", "members", new JsonArray().add(nested))).status())
        .isEqualTo(204);
    assertThat(read(outer).getJsonArray("members").getJsonObject(0).getString("type"))
        .isEqualTo("Group");
    String filter = "members[type eq \"Group\" and value eq \"" + inner.getString("id") + "\"]";
    assertThat(Sync.ids(sync.post("/Groups/.search", new JsonObject().put("filter", filter))))
        .containsExactly(outer.getString("id"));
    JsonObject removal =
        new JsonObject()
            .put("op", "remove")
            .put("path", "members[value eq \"" + inner.getString("id") + "\"]");
    assertThat(sync.patch(group(outer), removal).status()).isEqualTo(204);
    assertThat(memberIds(read(outer))).isEmpty();
  }

  @Nested
  class Refuses {
    @Test
    void a_member_whom_nobody_knows_and_stores_nothing_of_the_request() {
      String one = sync.created().getString("id");
      JsonObject group = sync.createdGroup("Untouched");
      assertRefused(
          sync.patch(
              group(group),
              op("replace", "displayName", "Touched"),
              op("add", "members", members(one, "00000000-0000-0000-0000-000000000000"))),
          400,
          "invalidValue");
      assertThat(read(group).getString("displayName")).isEqualTo("Untouched");
      assertThat(memberIds(read(group))).isEmpty();
    }

    @Test
    void a_member_of_another_directory() {
      String foreign = stores.sync().created().getString("id");
      JsonObject group = sync.createdGroup("Closed");
      assertRefused(
          sync.patch(group(group), op("add", "members", members(foreign))), 400, "invalidValue");
    }

    @Test
    void a_second_group_of_one_external_id() {
      JsonObject group =
          new JsonObject()
              .put("schemas", new JsonArray().add(Sync.GROUP))
              .put("externalId", "taken")
              .put("displayName", "Taken");
      sync.created("/Groups", group);
      assertRefused(sync.post("/Groups", group), 409, "uniqueness");
    }
  }

  @Nested
  class GivesRoles {
    private final String strongScope = "org:strong:do_" + Sync.name();
    private final String weakScope = "org:weak:do_" + Sync.name();
    private final JsonObject strong = sync.role("org:strong_" + Sync.name(), strongScope);
    private final JsonObject weak = sync.role("org:weak_" + Sync.name(), weakScope);
    private final JsonObject person = sync.created();
    private final String userId = sync.userId(person);
    private final JsonObject first = sync.createdGroup("First");
    private final JsonObject second = sync.createdGroup("Second");
    private final String secret =
        sync.management
            .created(
                new JsonObject()
                    .put("subject", userId)
                    .put("name", "of a member")
                    .put("scopes", new JsonArray().add(strongScope).add(weakScope).add("free")))
            .getString("secret");

    GivesRoles() {
      sync.map(first, strong, second, weak);
    }

    @org.junit.jupiter.api.AfterEach
    void make_place() {
      sync.map();
      for (JsonObject role : List.of(strong, weak)) {
        sync.management.post(
            "/role_sets/role_set:default/roles/replace",
            new JsonObject()
                .put("role_key", role.getString("key"))
                .put("to_role_key", "org:member"));
        sync.management.delete("/organization_roles/" + role.getString("id")).ok();
      }
    }

    private void add(JsonObject group) {
      assertThat(
              sync.patch(group(group), op("add", "members", members(person.getString("id"))))
                  .status())
          .isEqualTo(204);
    }

    private void remove(JsonObject group) {
      assertThat(
              sync.patch(group(group), op("remove", "members", members(person.getString("id"))))
                  .status())
          .isEqualTo(204);
    }

    private void assertRole(String key, String... scopes) {
      assertThat(sync.role(userId)).isEqualTo(key);
      for (var where : List.of(sync.management, stores.other)) {
        assertThat(where.verify(secret).ok().getJsonArray("scopes"))
            .containsExactlyInAnyOrder((Object[]) scopes);
      }
    }

    @Test
    void by_the_first_in_the_list_whichever_came_first() {
      assertRole("org:member", "free");
      add(second);
      assertRole(weak.getString("key"), weakScope, "free");
      add(first);
      assertRole(strong.getString("key"), strongScope, "free");
      remove(first);
      assertRole(weak.getString("key"), weakScope, "free");
      remove(second);
      assertRole("org:member", "free");
    }

    @Test
    void but_none_by_a_group_in_a_group() {
      String inner = sync.createdGroup("Inner", person.getString("id")).getString("id");
      JsonObject nested = new JsonObject().put("value", inner).put("type", "Group");
      JsonObject addition = op("add", "members", new JsonArray().add(nested));
      assertThat(sync.patch(group(first), addition).status()).isEqualTo(204);
      assertRole("org:member", "free");
    }

    @Test
    void and_takes_them_back_when_the_group_is_deleted() {
      add(first);
      assertRole(strong.getString("key"), strongScope, "free");
      assertThat(sync.delete(group(first)).status()).isEqualTo(204);
      assertRole("org:member", "free");
    }

    @Test
    void and_again_to_whoever_comes_back() {
      add(first);
      sync.patch(user(person), op("Replace", "active", "False")).ok();
      remove(first);
      add(second);
      sync.patch(user(person), op("Replace", "active", "True")).ok();
      assertThat(sync.role(userId)).isEqualTo(weak.getString("key"));
      assertThat(sync.management.verify(secret).status()).isEqualTo(404);
    }

    @Test
    void and_keeps_them_when_the_group_gets_another_name() {
      add(first);
      assertThat(sync.patch(group(first), op("replace", "displayName", "Other")).status())
          .isEqualTo(204);
      assertRole(strong.getString("key"), strongScope, "free");
    }
  }

  @Test
  void of_the_names_of_members_the_beginning_is_shown() {
    JsonObject person = sync.created(sync.person(Sync.name()).put("displayName", "é".repeat(200)));
    JsonObject group = sync.createdGroup("Long names", person.getString("id"));
    JsonObject member = sync.get(Sync.group(group)).ok().getJsonArray("members").getJsonObject(0);
    assertThat(member.getString("display")).isEqualTo("é".repeat(64));
  }
}
