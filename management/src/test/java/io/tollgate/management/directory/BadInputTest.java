package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.assertRefused;
import static io.tollgate.management.directory.Sync.group;
import static io.tollgate.management.directory.Sync.name;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.tollgate.management.scim.Schemas;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong is refused in the words of SCIM, by what is wrong, and stores nothing. */
class BadInputTest {
  private static Sync.Stores stores;
  private static Sync sync;
  private static JsonObject person;
  private static JsonObject group;
  private String before = "";

  @BeforeAll
  static void start() {
    stores = new Sync.Stores();
    sync = stores.sync();
    person = sync.created();
    group = sync.createdGroup("Kept", person.getString("id"));
  }

  @AfterAll
  static void stop() {
    stores.close();
  }

  @BeforeEach
  void remember() {
    before = stored();
  }

  @AfterEach
  void nothing_was_stored() {
    assertThat(stored()).isEqualTo(before);
  }

  private static String stored() {
    return stores.postgres.query(
        """
        SELECT (SELECT json_agg(u ORDER BY id) FROM tollgate.scim_user u)::text
          || (SELECT json_agg(g ORDER BY id) FROM tollgate.scim_group g)::text
          || (SELECT count(*) FROM tollgate.scim_group_member)
          || (SELECT count(*) FROM tollgate.app_user)
          || (SELECT number FROM tollgate.change_counter)
        """);
  }

  private static Answer filtered(String filter) {
    return sync.get("/Users?filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8));
  }

  private static Answer searched(String filter) {
    return sync.post("/Users/.search", new JsonObject().put("filter", filter));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "userName",
        "userName eq",
        "userName xx \"a\"",
        "userName eq \"a",
        "userName eq \"a\" and",
        "(userName eq \"a\"",
        "emails[type eq \"work\"",
        "active gt true",
        "userName eq \"a\"; DROP TABLE tollgate.scim_user"
      })
  void a_filter_that_is_none(String filter) {
    assertRefused(filtered(filter), 400, "invalidFilter");
    assertRefused(searched(filter), 400, "invalidFilter");
  }

  @Test
  void a_filter_that_is_nested_or_negated_too_deeply_or_too_long() {
    String equal = "userName eq \"a\"";
    assertRefused(searched("(".repeat(5_000) + equal + ")".repeat(5_000)), 400, "invalidFilter");
    assertRefused(
        searched("not (".repeat(3_000) + equal + ")".repeat(3_000)), 400, "invalidFilter");
    assertRefused(searched("userName eq \"" + "a".repeat(20_000) + '"'), 400, "invalidFilter");
    assertRefused(filtered("userName eq \"\0\""), 400, "invalidFilter");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'; DROP TABLE tollgate.scim_user; --",
        "id;drop table",
        "urn:x;drop table:y",
        "a.b.c",
        "1",
        "(SELECT 1)",
        "name",
        "nothing"
      })
  void a_sorting_by_what_can_not_be_sorted_by(String sortBy) {
    String asked = "sortBy=" + URLEncoder.encode(sortBy, StandardCharsets.UTF_8);
    for (String kind : List.of("/Users?", "/Groups?", "/?")) {
      Answer answer = sync.get(kind + asked);
      assertRefused(answer, 400, "invalidPath");
      assertThat(answer.json().getString("detail")).startsWith("sortBy must").contains(sortBy);
    }
  }

  @ParameterizedTest
  @CsvSource({"startIndex, x", "count, 1.5", "count, 1e3", "sortOrder, up"})
  void a_parameter_of_the_wrong_kind(String name, String value) {
    assertRefused(sync.get("/Users?" + name + "=" + value), 400, "invalidValue");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ | invalidSyntax",
        "[] | invalidSyntax",
        "null | invalidSyntax",
        "'' | invalidSyntax",
        "{\"userName\":\"a\",\"userName\":\"b\"} | invalidSyntax",
        "{} | invalidValue",
        "{\"userName\":{},\"emails\":[{\"value\":\"a@b.example\"}]} | invalidValue",
        "{\"userName\":\"x\",\"emails\":\"nothing\"} | invalidValue",
        "{\"userName\":\"x\",\"emails\":[{\"value\":\"a@b.example\"}],\"active\":\"maybe\"} | "
            + "invalidValue",
        "{\"userName\":\"\\u0000\",\"emails\":[{\"value\":\"a@b.example\"}]} | invalidValue",
        "{\"userName\":\"\\ud800\",\"emails\":[{\"value\":\"a@b.example\"}]} | invalidValue"
      })
  void a_user_who_is_none(String body, String scimType) {
    assertRefused(sync.post("/Users", body), 400, scimType);
    assertRefused(sync.send("PUT", user(person), body), 400, scimType);
  }

  @Test
  void a_new_user_without_an_address() {
    assertRefused(sync.post("/Users", "{\"userName\":\"a@b.example\"}"), 400, "invalidValue");
  }

  @Test
  void more_attributes_to_be_shown_than_can_be_named() {
    String under = "?attributes=" + "a,".repeat(300);
    JsonObject other = person.copy().put("title", "Other");
    assertRefused(sync.post("/Users" + under, sync.person(name())), 400, "invalidValue");
    assertRefused(sync.put(user(person) + under, other), 400, "invalidValue");
    assertRefused(
        sync.patch(user(person) + under, Sync.op("replace", "title", "x")), 400, "invalidValue");
    JsonObject named = new JsonObject().put("displayName", "Other");
    assertRefused(sync.post("/Groups" + under, named), 400, "invalidValue");
    assertRefused(sync.put(group(group) + under, named), 400, "invalidValue");
    assertRefused(
        sync.patch(group(group) + under, Sync.op("replace", "displayName", "x")),
        400,
        "invalidValue");
  }

  @Test
  void a_body_that_is_nested_too_deeply() {
    String deep = "{\"a\":".repeat(2_000) + "1" + "}".repeat(2_000);
    assertRefused(sync.post("/Users", deep), 400, "invalidSyntax");
  }

  @Test
  void what_could_be_kept_and_never_be_read_again() {
    String urn = Schemas.CLERK;
    JsonObject number = sync.person(name());
    number.put(urn, new JsonObject().put("a", 1e100));
    assertRefused(sync.post("/Users", number), 400, "invalidValue");
    JsonObject deep = sync.person(name());
    deep.put(urn + ":a", new JsonArray("[".repeat(99) + "1" + "]".repeat(99)));
    assertRefused(sync.post("/Users", deep), 400, "invalidValue");
  }

  @Test
  void a_text_that_is_too_long() {
    assertRefused(
        sync.post("/Users", sync.person(name()).put("userName", "x".repeat(1024 * 1024))),
        400,
        "invalidValue");
    assertRefused(
        sync.post("/Users", sync.person(name()).put("title", "x".repeat(1024 * 1024))),
        400,
        "invalidValue");
  }

  @Test
  void a_body_that_is_too_long() {
    String body = " ".repeat(DirectoryRouter.BODY_BYTES_MAX) + "{}";
    assertRefused(sync.post("/Users", body), 413, null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"op\":\"replace\",\"path\":\"id\",\"value\":\"x\"} | mutability",
        "{\"op\":\"replace\",\"path\":\"meta.created\",\"value\":\"x\"} | mutability",
        "{\"op\":\"replace\",\"path\":\"groups\",\"value\":[]} | mutability",
        "{\"op\":\"remove\"} | noTarget",
        "{\"op\":\"replace\",\"path\":\"emails[value eq \\\"none\\\"].type\",\"value\":\"x\"} |"
            + " noTarget",
        "{\"op\":\"replace\",\"path\":\"no such\",\"value\":\"x\"} | invalidPath",
        "{\"op\":\"replace\",\"path\":\"emails[\",\"value\":\"x\"} | invalidFilter",
        "{\"op\":\"shout\",\"path\":\"title\",\"value\":\"x\"} | invalidSyntax",
        "{\"op\":\"replace\",\"path\":\"title\"} | invalidValue",
        "{\"op\":\"replace\",\"path\":\"active\",\"value\":\"maybe\"} | invalidValue",
        "{\"op\":\"replace\",\"path\":\"userName\",\"value\":\"\"} | invalidValue"
      })
  void a_patch_that_can_not_be_done(String operation, String scimType) {
    JsonObject possible = Sync.op("replace", "title", "x");
    assertRefused(sync.patch(user(person), possible, new JsonObject(operation)), 400, scimType);
  }

  @Test
  void a_patch_of_more_operations_than_there_may_be() {
    var operations = new JsonArray();
    for (int i = 0; i < 1_001; i++) {
      operations.add(Sync.op("replace", "title", "x" + i));
    }
    assertRefused(
        sync.patch(
            user(person),
            new JsonObject()
                .put("schemas", new JsonArray().add(Sync.PATCH_OP))
                .put("Operations", operations)
                .encode()),
        400,
        "tooMany");
  }

  @Test
  void a_huge_list_of_members_whom_nobody_knows() {
    var many = new String[10_000];
    for (int i = 0; i < many.length; i++) {
      many[i] = "00000000-0000-0000-0000-%012d".formatted(i);
    }
    assertRefused(
        sync.patch(group(group), Sync.op("add", "members", Sync.members(many))),
        400,
        "invalidValue");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/xml", "application/json; charset=latin1"})
  void a_body_of_another_type(String type) {
    Answer answer =
        sync.management.send(
            sync.request("/Users")
                .setHeader("Content-Type", type)
                .POST(BodyPublishers.ofString(sync.person(name()).encode())));
    assertRefused(answer, 415, null);
  }

  @Test
  void ids_of_another_directory() {
    Sync other = stores.sync();
    JsonObject foreign = other.created();
    JsonObject foreignGroup = other.createdGroup("Foreign");
    before = stored();
    assertRefused(sync.get(user(foreign)), 404, null);
    assertRefused(sync.put(user(foreign), foreign), 404, null);
    assertRefused(sync.patch(user(foreign), Sync.op("replace", "title", "x")), 404, null);
    assertRefused(sync.delete(user(foreign)), 404, null);
    assertRefused(sync.get(group(foreignGroup)), 404, null);
    assertRefused(sync.put(group(foreignGroup), foreignGroup), 404, null);
    assertRefused(
        sync.patch(group(foreignGroup), Sync.op("replace", "displayName", "x")), 404, null);
    assertRefused(sync.delete(group(foreignGroup)), 404, null);
    assertThat(other.get(user(foreign)).status()).isEqualTo(200);
  }

  @Test
  void paths_and_methods_that_there_are_not() {
    assertRefused(sync.get("/Nothing"), 404, null);
    assertRefused(sync.get("/Users/x/y"), 404, null);
    assertRefused(sync.send("PUT", "/Users", "{}"), 405, null);
    assertRefused(sync.delete("/Schemas"), 405, null);
    assertRefused(sync.get("/Users/%ff%00"), 404, null);
  }

  @Test
  void what_another_one_has() {
    JsonObject second = sync.created();
    before = stored();
    assertRefused(
        sync.patch(user(second), Sync.op("replace", "userName", person.getString("userName"))),
        409,
        "uniqueness");
    assertRefused(
        sync.patch(user(second), Sync.op("replace", "externalId", person.getString("externalId"))),
        409,
        "uniqueness");
  }
}
