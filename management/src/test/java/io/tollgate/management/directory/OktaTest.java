package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.assertRefused;
import static io.tollgate.management.directory.Sync.group;
import static io.tollgate.management.directory.Sync.ids;
import static io.tollgate.management.directory.Sync.listed;
import static io.tollgate.management.directory.Sync.memberIds;
import static io.tollgate.management.directory.Sync.members;
import static io.tollgate.management.directory.Sync.name;
import static io.tollgate.management.directory.Sync.op;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What Okta sends, request by request, from an app of its wizard and from one of its catalogue. */
class OktaTest {
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

  /** A new person as Okta tells of him. */
  private static JsonObject assigned(String name) {
    return sync.person(name)
        .put("externalId", "00u" + name)
        .put("locale", "en-US")
        .put("groups", new JsonArray())
        .put("password", "initial!secret");
  }

  private static Answer byUserName(String userName) {
    return sync.get(
        "/Users?filter="
            + URLEncoder.encode("userName eq \"" + userName + "\"", StandardCharsets.UTF_8)
            + "&startIndex=1&count=100");
  }

  @Nested
  class Connecting {
    @Test
    void tests_the_connection_by_a_page_of_two() {
      sync.created();
      for (String count : new String[] {"1", "2", "100"}) {
        JsonObject page = sync.get("/Users?startIndex=1&count=" + count).ok();
        assertThat(page.getValue("totalResults")).isInstanceOf(Integer.class);
        assertThat(page.getValue("startIndex")).isEqualTo(1);
        assertThat(page.getInteger("itemsPerPage"))
            .isEqualTo(page.getJsonArray("Resources").size())
            .isLessThanOrEqualTo(Integer.valueOf(count));
      }
    }

    @Test
    void finds_in_the_first_user_all_that_its_test_suite_looks_for() {
      sync.created();
      JsonObject first = listed(sync.get("/Users?count=1&startIndex=1")).getFirst();
      assertThat(first.getString("id")).isNotBlank();
      assertThat(first.getJsonObject("name").getString("givenName")).isNotBlank();
      assertThat(first.getJsonObject("name").getString("familyName")).isNotBlank();
      assertThat(first.getString("userName")).isNotBlank();
      assertThat(first.getBoolean("active")).isNotNull();
      assertThat(first.getJsonArray("emails").getJsonObject(0).getString("value")).contains("@");
      JsonObject read = sync.get(user(first)).ok();
      assertThat(read).isEqualTo(first);
    }

    @Test
    void is_told_that_nobody_has_an_id_in_the_words_of_scim() {
      assertRefused(sync.get("/Users/00919288221112222"), 404, null);
    }
  }

  @Nested
  class AppOfTheWizard {
    @Test
    void creates_whom_it_does_not_find() {
      String name = name();
      assertThat(byUserName(name + "@" + sync.domain).ok().getInteger("totalResults")).isZero();
      Answer answer = sync.post("/Users", assigned(name));
      assertThat(answer.status()).isEqualTo(201);
      JsonObject created = answer.json();
      assertThat(answer.header("Location"))
          .isEqualTo(created.getJsonObject("meta").getString("location"))
          .endsWith(sync.path + user(created));
      assertThat(created.getString("externalId")).isEqualTo("00u" + name);
      assertThat(answer.body()).doesNotContain("initial!secret").doesNotContain("password");
      assertThat(byUserName((name + "@" + sync.domain).toUpperCase(Locale.ROOT)))
          .satisfies(found -> assertThat(ids(found)).containsExactly(created.getString("id")));
      assertThat(
              stores.postgres.query(
                  "SELECT count(*) FROM tollgate.scim_user WHERE document::text LIKE '%initial!%'"))
          .isEqualTo("0");
    }

    @Test
    void is_told_of_a_conflict_when_it_creates_him_again() {
      JsonObject person = assigned(name());
      sync.created(person);
      assertRefused(sync.post("/Users", person), 409, "uniqueness");
    }

    @Test
    void updates_by_putting_the_whole_object_back() {
      JsonObject created = sync.created(assigned(name()));
      JsonObject changed = sync.get(user(created)).ok();
      changed.getJsonObject("name").put("givenName", "Augusta");
      changed.remove("displayName");
      Answer answer = sync.put(user(created), changed);
      JsonObject after = answer.ok();
      assertThat(after.getJsonObject("name").getString("givenName")).isEqualTo("Augusta");
      assertThat(after.containsKey("displayName")).isFalse();
      assertThat(after.getString("id")).isEqualTo(created.getString("id"));
      assertThat(sync.local(created).getString("first_name")).isEqualTo("Augusta");
    }

    @Test
    void deactivates_and_reactivates_by_put() {
      JsonObject created = sync.created(assigned(name()));
      JsonObject whole = sync.get(user(created)).ok();
      JsonObject off = sync.put(user(created), whole.copy().put("active", false)).ok();
      assertThat(off.getBoolean("active")).isFalse();
      assertThat(sync.local(created).getBoolean("deprovisioned")).isTrue();
      assertThat(byUserName(created.getString("userName")).ok().getInteger("totalResults")).isOne();
      JsonObject on = sync.put(user(created), whole.copy().put("active", true)).ok();
      assertThat(on.getBoolean("active")).isTrue();
      assertThat(sync.local(created).getBoolean("deprovisioned")).isFalse();
    }

    @Test
    void pushes_a_group_by_put_with_the_full_list() {
      JsonObject one = sync.created();
      JsonObject two = sync.created();
      JsonObject pushed = sync.createdGroup("Pushed");
      JsonObject put =
          new JsonObject()
              .put("schemas", new JsonArray().add(Sync.GROUP))
              .put("displayName", "Renamed")
              .put("members", members(one.getString("id"), two.getString("id")));
      JsonObject after = sync.put(group(pushed), put).ok();
      assertThat(after.getString("displayName")).isEqualTo("Renamed");
      assertThat(memberIds(after))
          .containsExactlyInAnyOrder(one.getString("id"), two.getString("id"));
      after = sync.put(group(pushed), put.put("members", members(two.getString("id")))).ok();
      assertThat(memberIds(after)).containsExactly(two.getString("id"));
    }
  }

  @Nested
  class AppOfTheCatalogue {
    @Test
    void deactivates_and_reactivates_by_a_patch_without_a_path() {
      JsonObject created = sync.created(assigned(name()));
      for (boolean active : new boolean[] {false, true}) {
        Answer answer =
            sync.patch(user(created), op("replace", null, new JsonObject().put("active", active)));
        assertThat(answer.ok().getBoolean("active")).isEqualTo(active);
        assertThat(sync.get(user(created)).ok().getBoolean("active")).isEqualTo(active);
        assertThat(sync.local(created).getBoolean("deprovisioned")).isEqualTo(!active);
      }
    }

    @Test
    void pushes_and_renames_a_group_with_its_own_id_among_the_values() {
      JsonObject pushed = sync.createdGroup("Sales");
      JsonObject value =
          new JsonObject().put("id", pushed.getString("id")).put("displayName", "Sales EMEA");
      assertThat(sync.patch(group(pushed), op("replace", null, value)).status()).isEqualTo(204);
      assertThat(sync.get(group(pushed)).ok().getString("displayName")).isEqualTo("Sales EMEA");
    }

    @Test
    void removes_and_adds_members_in_one_request() {
      String leaver = sync.created().getString("id");
      String stayer = sync.created().getString("id");
      String joiner = sync.created().getString("id");
      JsonObject pushed = sync.createdGroup("Mixed", leaver, stayer);
      JsonArray added =
          new JsonArray().add(new JsonObject().put("value", joiner).put("display", "x@y.example"));
      Answer answer =
          sync.patch(
              group(pushed),
              new JsonObject()
                  .put("op", "remove")
                  .put("path", "members[value eq \"" + leaver + "\"]"),
              op("add", "members", added));
      assertThat(answer.status()).as(answer.body()).isEqualTo(204);
      assertThat(answer.body()).isEmpty();
      assertThat(memberIds(sync.get(group(pushed)).ok())).containsExactlyInAnyOrder(stayer, joiner);
    }

    @Test
    void pushes_all_members_anew() {
      String one = sync.created().getString("id");
      String two = sync.created().getString("id");
      JsonObject pushed = sync.createdGroup("Full push", one);
      assertThat(sync.patch(group(pushed), op("replace", "members", members(two))).status())
          .isEqualTo(204);
      assertThat(memberIds(sync.get(group(pushed)).ok())).containsExactly(two);
    }

    @Test
    void unlinks_a_group_by_deleting_it() {
      JsonObject pushed = sync.createdGroup("Unlinked", sync.created().getString("id"));
      assertThat(sync.delete(group(pushed)).status()).isEqualTo(204);
      assertRefused(sync.get(group(pushed)), 404, null);
      assertRefused(sync.delete(group(pushed)), 404, null);
    }
  }

  @Test
  void an_import_sees_each_user_once_however_many_pages_there_are() {
    Sync imported = stores.sync();
    for (int i = 0; i < 25; i++) {
      imported.created();
    }
    var seen = new ArrayList<String>();
    for (int start = 1; start <= 30; start += 10) {
      seen.addAll(ids(imported.get("/Users?startIndex=" + start + "&count=10")));
    }
    assertThat(seen).hasSize(25).doesNotHaveDuplicates();
  }

  @Test
  void an_import_sees_each_group_once_however_many_pages_there_are() {
    Sync imported = stores.sync();
    String member = imported.created().getString("id");
    JsonObject first = imported.createdGroup("Pushed by itself", member);
    // All of one moment, so that only their ids keep them in one order.
    stores.postgres.execute(
        """
        INSERT INTO tollgate.scim_group (directory_id, id, display_name, display_name_key, document)
        SELECT '%s', gen_random_uuid()::text, 'Group ' || i, 'group ' || i,
          json_build_object('displayName', 'Group ' || i)::jsonb
        FROM generate_series(1, 249) i
        """
            .formatted(imported.directoryId));
    List<JsonObject> seen = new ArrayList<>();
    for (int start = 1; start <= 201; start += 100) {
      Answer page = imported.get("/Groups?startIndex=" + start + "&count=100");
      assertThat(page.ok().getInteger("totalResults")).isEqualTo(250);
      assertThat(page.json().getInteger("startIndex")).isEqualTo(start);
      seen.addAll(listed(page));
    }
    assertThat(seen).hasSize(250);
    assertThat(seen).extracting(group -> group.getString("id")).doesNotHaveDuplicates();
    assertThat(seen)
        .filteredOn(group -> first.getString("id").equals(group.getString("id")))
        .singleElement()
        .satisfies(group -> assertThat(memberIds(group)).containsExactly(member));
  }
}
