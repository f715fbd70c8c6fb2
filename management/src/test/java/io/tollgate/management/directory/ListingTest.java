package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.assertRefused;
import static io.tollgate.management.directory.Sync.group;
import static io.tollgate.management.directory.Sync.ids;
import static io.tollgate.management.directory.Sync.listed;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists: which part, in which order, of what, and how much is shown of it. */
class ListingTest {
  private static final int SIZE = 12;

  private static Sync.Stores stores;
  private static Sync sync;
  private static final List<String> created = new ArrayList<>();

  @BeforeAll
  static void start() {
    stores = new Sync.Stores();
    sync = stores.sync();
    for (int i = 0; i < SIZE; i++) {
      JsonObject person = sync.person("list%02d".formatted(i)).put("title", "T" + (SIZE - i));
      created.add(sync.created(person).getString("id"));
    }
    sync.createdGroup("Listed", created.getFirst());
  }

  @AfterAll
  static void stop() {
    stores.close();
  }

  private static Answer filtered(String filter) {
    return sync.get("/Users?filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "startIndex=1&count=5, 1, 5",
    "startIndex=11&count=5, 11, 2",
    "startIndex=0&count=3, 1, 3",
    "startIndex=-7&count=3, 1, 3",
    "startIndex=100&count=3, 100, 0",
    "startIndex=99999999999999999999&count=3, 2147483647, 0",
    "count=0, 1, 0",
    "count=-3, 1, 0",
    "count=100000, 1, 12"
  })
  void a_part_is_of_as_many_as_are_asked_for(String query, int startIndex, int items) {
    JsonObject page = sync.get("/Users?" + query).ok();
    assertThat(page.getInteger("totalResults")).isEqualTo(SIZE);
    assertThat(page.getInteger("startIndex")).isEqualTo(startIndex);
    assertThat(page.getInteger("itemsPerPage")).isEqualTo(items);
    assertThat(page.getJsonArray("Resources")).hasSize(items);
  }

  @Test
  void they_come_in_the_order_in_which_they_were_made() {
    assertThat(ids(sync.get("/Users"))).containsExactlyElementsOf(created);
  }

  @Test
  void they_come_in_the_order_of_an_attribute() {
    assertThat(ids(sync.get("/Users?sortBy=userName&sortOrder=descending")))
        .containsExactlyElementsOf(created.reversed());
    assertThat(listed(sync.get("/Users?sortBy=title&count=2")))
        .extracting(each -> each.getString("title"))
        .containsExactly("T1", "T10");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "userName sw \"LIST0\" | 10",
        "title eq \"t3\" | 1",
        "title pr and not (title eq \"T3\") | 11",
        "emails co \"list1\" | 2",
        "urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"list1\" | 2",
        "groups.display eq \"listed\" | 1",
        "active eq true and (title eq \"T1\" or title eq \"T2\") | 2",
        "nickName pr | 0",
        "meta.resourceType eq \"User\" | 12"
      })
  void only_those_are_listed_that_a_filter_is_true_of(String filter, int count) {
    assertThat(filtered(filter).ok().getInteger("totalResults")).isEqualTo(count);
  }

  @Nested
  class Search {
    @Test
    void asks_the_same_in_a_body() {
      JsonObject wanted =
          new JsonObject()
              .put(
                  "schemas",
                  new JsonArray().add("urn:ietf:params:scim:api:messages:2.0:SearchRequest"))
              .put("filter", "userName sw \"list0\"")
              .put("attributes", new JsonArray().add("userName"))
              .put("sortBy", "userName")
              .put("sortOrder", "descending")
              .put("startIndex", 2)
              .put("count", 3);
      JsonObject page = sync.post("/Users/.search", wanted).ok();
      assertThat(page.getInteger("totalResults")).isEqualTo(10);
      assertThat(page.getJsonArray("Resources")).hasSize(3);
      JsonObject first = page.getJsonArray("Resources").getJsonObject(0);
      assertThat(first.fieldNames()).containsExactlyInAnyOrder("schemas", "id", "userName");
      assertThat(first.getString("userName")).startsWith("list08");
    }

    @Test
    void at_the_root_is_of_users_and_then_groups() {
      JsonObject page = sync.post("/.search", new JsonObject()).ok();
      assertThat(page.getInteger("totalResults")).isEqualTo(SIZE + 1);
      assertThat(types(page)).hasSize(SIZE + 1).endsWith("User", "Group");
      JsonObject last =
          sync.post("/.search", new JsonObject().put("startIndex", SIZE).put("count", 2)).ok();
      assertThat(types(last)).containsExactly("User", "Group");
      JsonObject only = sync.post("/.search", new JsonObject().put("startIndex", SIZE + 1)).ok();
      assertThat(types(only)).containsExactly("Group");
    }

    private static List<String> types(JsonObject page) {
      return page.getJsonArray("Resources").stream()
          .map(JsonObject.class::cast)
          .map(each -> each.getJsonObject("meta").getString("resourceType"))
          .toList();
    }

    @Test
    void of_groups_finds_groups() {
      JsonObject wanted = new JsonObject().put("filter", "displayName eq \"LISTED\"");
      assertThat(listed(sync.post("/Groups/.search", wanted))).hasSize(1);
    }
  }

  @Nested
  class Shows {
    @Test
    void the_attributes_that_are_asked_for_and_always_the_id() {
      JsonObject shown =
          sync.get("/Users/" + created.getFirst() + "?attributes=name.givenName").ok();
      assertThat(shown.fieldNames()).containsExactlyInAnyOrder("schemas", "id", "name");
      assertThat(shown.getJsonObject("name").fieldNames()).containsExactly("givenName");
    }

    @Test
    void all_but_those_that_are_excluded() {
      JsonObject shown =
          sync.get("/Users/" + created.getFirst() + "?excludedAttributes=emails,groups,id").ok();
      assertThat(shown.fieldNames())
          .contains("id", "userName", "name")
          .doesNotContain("emails", "groups");
    }
  }

  @Nested
  class Versions {
    @Test
    void answer_304_to_whoever_has_the_newest() {
      JsonObject person = sync.created();
      Answer first = sync.get(user(person));
      String tag = first.header("ETag");
      assertThat(tag).isEqualTo(person.getJsonObject("meta").getString("version"));
      Answer again =
          sync.management.send(sync.request(user(person)).setHeader("If-None-Match", tag).GET());
      assertThat(again.status()).isEqualTo(304);
      assertThat(again.body()).isEmpty();
      sync.patch(user(person), Sync.op("replace", "title", "Other")).ok();
      Answer changed =
          sync.management.send(sync.request(user(person)).setHeader("If-None-Match", tag).GET());
      assertThat(changed.status()).isEqualTo(200);
      assertThat(changed.header("ETag")).isNotEqualTo(tag);
      sync.delete(user(person));
    }

    @Test
    void answer_412_to_whoever_changes_an_older_one() {
      JsonObject person = sync.created();
      String tag = sync.get(user(person)).header("ETag");
      sync.patch(user(person), Sync.op("replace", "title", "Other")).ok();
      JsonObject patch = Sync.patchOf(Sync.op("replace", "title", "Late"));
      assertRefused(sync.sendIfMatch("PATCH", user(person), tag, patch), 412, null);
      for (String method : List.of("PUT", "DELETE")) {
        assertRefused(sync.sendIfMatch(method, user(person), tag, person), 412, null);
      }
      Answer seen = sync.get(user(person));
      assertThat(seen.ok().getString("title")).isEqualTo("Other");
      sync.sendIfMatch("PATCH", user(person), seen.header("ETag"), patch).ok();
      assertThat(sync.get(user(person)).ok().getString("title")).isEqualTo("Late");
      sync.delete(user(person));
    }

    @Test
    void answer_412_to_whoever_changes_an_older_group() {
      JsonObject pushed = sync.createdGroup("Versioned");
      String path = group(pushed);
      String tag = sync.get(path).header("ETag");
      JsonObject patch = Sync.patchOf(Sync.op("replace", "displayName", "Other"));
      assertThat(sync.sendIfMatch("PATCH", path, tag, patch).status()).isEqualTo(204);
      assertRefused(sync.sendIfMatch("PATCH", path, tag, patch), 412, null);
      for (String method : List.of("PUT", "DELETE")) {
        assertRefused(sync.sendIfMatch(method, path, tag, pushed), 412, null);
      }
      Answer seen = sync.get(path);
      assertThat(seen.ok().getString("displayName")).isEqualTo("Other");
      assertThat(sync.sendIfMatch("DELETE", path, seen.header("ETag"), new JsonObject()).status())
          .isEqualTo(204);
    }

    @Test
    void of_a_user_change_with_his_groups_and_not_with_others_of_them() {
      JsonObject person = sync.created();
      JsonObject other = sync.created();
      String bare = tag(person);
      JsonObject group = sync.createdGroup("Versioned", other.getString("id"));
      JsonObject in = Sync.op("add", "members", Sync.members(person.getString("id")));
      sync.patch(Sync.group(group), in);
      String joined = tag(person);
      assertThat(joined).isNotEqualTo(bare);
      assertThat(seen(person, bare).json().getJsonArray("groups")).hasSize(1);
      assertThat(seen(person, joined).status()).isEqualTo(304);
      sync.patch(
          Sync.group(group), Sync.op("remove", "members", Sync.members(other.getString("id"))));
      assertThat(seen(person, joined).status()).isEqualTo(304);
      sync.patch(Sync.group(group), Sync.op("replace", "displayName", "Renamed"));
      String renamed = tag(person);
      // Whoever comes into a group is a row of the group's: his own is not written.
      assertThat(revision(person)).isEqualTo("1");
      assertThat(renamed).isNotEqualTo(joined);
      sync.delete(Sync.group(group));
      assertThat(seen(person, renamed).status()).isEqualTo(200);
      assertThat(seen(person, bare).status()).isEqualTo(304);
      sync.delete(user(person));
      sync.delete(user(other));
    }

    @Test
    void of_a_user_are_the_same_wherever_he_is_shown() {
      JsonObject person = sync.created();
      JsonObject group = sync.createdGroup("Versions", person.getString("id"));
      String tag = tag(person);
      for (String query : List.of("?excludedAttributes=groups", "?attributes=meta.version")) {
        assertThat(sync.get(user(person) + query).header("ETag")).isEqualTo(tag);
      }
      String name = person.getString("userName");
      JsonObject found = listed(filtered("userName eq \"" + name + '"')).getFirst();
      assertThat(found.getJsonObject("meta").getString("version")).isEqualTo(tag);
      Answer kept =
          sync.management.send(
              sync.request(user(person))
                  .setHeader("If-Match", tag)
                  .method("PUT", BodyPublishers.ofString(person.put("title", "New").encode())));
      assertThat(kept.ok().getJsonObject("meta").getString("version"))
          .isEqualTo(kept.header("ETag"))
          .isEqualTo(tag(person))
          .isNotEqualTo(tag);
      sync.delete(Sync.group(group));
      sync.delete(user(person));
    }

    private static String revision(JsonObject person) {
      return stores.postgres.query(
          "SELECT version FROM tollgate.scim_user WHERE id = '" + person.getString("id") + "'");
    }

    private static String tag(JsonObject person) {
      Answer answer = sync.get(user(person));
      String tag = Objects.requireNonNull(answer.header("ETag"));
      assertThat(tag).isEqualTo(answer.json().getJsonObject("meta").getString("version"));
      return tag;
    }

    private static Answer seen(JsonObject person, String tag) {
      return sync.management.send(sync.request(user(person)).setHeader("If-None-Match", tag).GET());
    }

    @Test
    void stay_where_nothing_changes() {
      JsonObject person = sync.created();
      String tag = sync.get(user(person)).header("ETag");
      sync.patch(user(person), Sync.op("replace", "active", "True")).ok();
      sync.put(user(person), sync.get(user(person)).ok()).ok();
      assertThat(sync.get(user(person)).header("ETag")).isEqualTo(tag);
      sync.delete(user(person));
    }
  }
}
