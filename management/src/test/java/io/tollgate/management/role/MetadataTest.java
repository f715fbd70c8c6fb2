package io.tollgate.management.role;

import static io.tollgate.management.role.Directory.assertRefused;
import static io.tollgate.management.role.Directory.id;
import static io.tollgate.management.role.Directory.key;
import static io.tollgate.management.role.Directory.membership;
import static io.tollgate.management.role.Directory.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is noted of users, organizations and members, and how it is merged. */
class MetadataTest {
  private static final JsonObject MEMBER = new JsonObject().put("key", "org:member");

  private static Directory directory;

  /** What has metadata. */
  enum Kind {
    USER,
    ORGANIZATION,
    MEMBERSHIP;

    List<String> members() {
      return this == USER ? Metadata.OF_USER : Metadata.SHARED;
    }

    /** Makes one, and returns its path. */
    String make() {
      return switch (this) {
        case USER -> "/users/" + id(directory.user());
        case ORGANIZATION -> "/organizations/" + id(directory.organization());
        case MEMBERSHIP -> {
          JsonObject organization = directory.organization();
          JsonObject user = directory.user();
          ok(directory.join(organization, user, MEMBER));
          yield membership(organization, user);
        }
      };
    }

    /** Makes one with what the members say. */
    JsonObject make(JsonObject metadata) {
      return switch (this) {
        case USER -> ok(directory.management.post("/users", metadata.copy()));
        case ORGANIZATION ->
            ok(directory.management.post("/organizations", metadata.copy().put("name", "Noted")));
        case MEMBERSHIP -> {
          JsonObject user = directory.user();
          JsonObject wanted = metadata.copy().put("user_id", id(user)).put("role", "org:member");
          yield ok(directory.management.post(Directory.members(directory.organization()), wanted));
        }
      };
    }
  }

  @BeforeAll
  static void start() {
    directory = new Directory();
  }

  @AfterAll
  static void stop() {
    directory.close();
  }

  private static Answer merge(String path, String body) {
    return directory.send("PATCH", path + "/metadata", body);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void is_given_to_what_is_made(Kind kind) {
    var metadata = new JsonObject();
    for (String member : kind.members()) {
      metadata.put(member, new JsonObject().put("of", member).putNull("nothing"));
    }
    JsonObject made = kind.make(metadata);
    for (String member : kind.members()) {
      assertThat(made.getJsonObject(member)).isEqualTo(metadata.getJsonObject(member));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void is_merged_member_by_member_and_the_rest_stays(Kind kind) {
    String path = kind.make();
    for (String member : kind.members()) {
      ok(merge(path, "{\"" + member + "\":{\"a\":{\"b\":1,\"c\":2},\"d\":[1,2]}}"));
      JsonObject after =
          ok(merge(path, "{\"" + member + "\":{\"a\":{\"b\":null,\"e\":{\"f\":3}},\"d\":[3]}}"));
      assertThat(after.getJsonObject(member))
          .isEqualTo(new JsonObject("{\"a\":{\"c\":2,\"e\":{\"f\":3}},\"d\":[3]}"));
    }
    JsonObject untouched = ok(merge(path, "{\"public_metadata\":null}"));
    for (String member : kind.members()) {
      assertThat(untouched.getJsonObject(member).fieldNames()).containsExactly("a", "d");
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void of_many_at_once_loses_none(Kind kind) {
    String path = kind.make();
    List<CompletableFuture<Answer>> merging = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String body = "{\"private_metadata\":{\"all\":{\"n" + i + "\":" + i + "}}}";
      merging.add(CompletableFuture.supplyAsync(() -> merge(path, body)));
    }
    merging.forEach(each -> ok(each.join()));
    JsonObject after = ok(merge(path, ""));
    assertThat(after.getJsonObject("private_metadata").getJsonObject("all")).hasSize(12);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void has_eight_kibibytes_after_the_merge_and_no_more(Kind kind) {
    String path = kind.make();
    String half = "x".repeat(Metadata.BYTES_MAX / 2);
    ok(merge(path, "{\"public_metadata\":{\"a\":\"" + half + "\"}}"));
    Answer answer = merge(path, "{\"public_metadata\":{\"b\":\"" + half + "\"}}");
    assertRefused(answer, 422, "form_param_value_too_large");
    assertThat(answer.parameter()).isEqualTo("public_metadata");
    String rest = "x".repeat(Metadata.BYTES_MAX - half.length() - "{'a':'','b':''}".length());
    ok(merge(path, "{\"public_metadata\":{\"b\":\"" + rest + "\"}}"));
    assertRefused(
        merge(path, "{\"public_metadata\":{\"b\":\"" + rest + "x\"}}"),
        422,
        "form_param_value_too_large");
    JsonObject kept = ok(merge(path, "{\"public_metadata\":{\"a\":null}}"));
    assertThat(kept.getJsonObject("public_metadata").getString("b")).isEqualTo(rest);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void that_is_none_is_422_and_changes_nothing(Kind kind) {
    String path = kind.make();
    JsonObject before = ok(merge(path, "{}"));
    for (String value : List.of("[]", "\"a\"", "1", "true")) {
      Answer answer = merge(path, "{\"private_metadata\":" + value + "}");
      assertRefused(answer, 422, "form_param_type_invalid");
      assertThat(answer.parameter()).isEqualTo("private_metadata");
    }
    String deep = "{\"a\":".repeat(32) + "1" + "}".repeat(32);
    ok(merge(path, "{\"private_metadata\":" + deep + "}"));
    assertRefused(
        merge(path, "{\"private_metadata\":{\"a\":" + deep + "}}"),
        422,
        "form_param_value_invalid");
    ok(merge(path, "{\"private_metadata\":{\"a\":null}}"));
    assertRefused(merge(path, "{\"metadata\":{}}"), 422, "form_param_unknown");
    assertRefused(
        merge(path, "{\"public_metadata\":{\"a\\u0000\":1}}"), 400, "request_body_invalid");
    JsonObject after = ok(merge(path, "{}"));
    for (String member : kind.members()) {
      assertThat(after.getJsonObject(member)).isEqualTo(before.getJsonObject(member));
    }
  }

  @Test
  void keeps_the_spelling_of_what_it_holds() {
    String path = Kind.USER.make();
    String kept = "{\"snake_Case\": 1.10, \"big\":12345678901234567890.5e400,\"é\\u00e9\" : [ 1 ]}";
    ok(merge(path, "{\"public_metadata\":{\"kept\":" + kept + ",\"goes\":1}}"));
    ok(merge(path, "{\"public_metadata\":{\"goes\":null,\"comes\":{\"in\":0.0}}}"));
    String expected =
        "{\"kept\":{\"snake_Case\":1.10,\"big\":12345678901234567890.5e400,\"éé\":[ 1 ]},"
            + "\"comes\":{\"in\":0.0}}";
    assertThat(directory.get(path).body()).contains(expected);
    assertThat(directory.get("/users?limit=1").body()).contains(expected);
  }

  @Test
  void of_a_user_is_none_of_his_memberships() {
    JsonObject organization = directory.organization();
    JsonObject user = directory.user();
    ok(directory.join(organization, user, MEMBER));
    ok(merge("/users/" + id(user), "{\"public_metadata\":{\"of\":\"user\"}}"));
    JsonObject member =
        ok(merge(membership(organization, user), "{\"public_metadata\":{\"of\":\"member\"}}"));
    assertThat(member.getJsonObject("public_metadata"))
        .isEqualTo(new JsonObject().put("of", "member"));
    assertThat(member.getJsonObject("organization").getJsonObject("public_metadata")).isEmpty();
  }

  @Test
  void stands_in_the_audit_with_what_it_was() {
    String name = key("audited_");
    JsonObject user = directory.user();
    ok(merge("/users/" + id(user), "{\"unsafe_metadata\":{\"name\":\"" + name + "\"}}"));
    assertThat(
            directory.postgres.query(
                "SELECT actor || ' ' || (before ->> 'unsafe_metadata') || ' '"
                    + " || (after ->> 'unsafe_metadata') FROM tollgate.audit"
                    + " WHERE action = 'user.update_metadata' AND object = '"
                    + id(user)
                    + "'"))
        .isEqualTo("secret_key:instance {} {\"name\":\"" + name + "\"}");
  }

  @Nested
  class Merging {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            {"a":"b"} | {"a":"c"} | {"a":"c"}
            {"a":"b"} | {"b":"c"} | {"a":"b","b":"c"}
            {"a":"b"} | {"a":null} | {}
            {"a":"b","b":"c"} | {"a":null} | {"b":"c"}
            {"a":["b"]} | {"a":"c"} | {"a":"c"}
            {"a":"c"} | {"a":["b"]} | {"a":["b"]}
            {"a":{"b":"c"}} | {"a":{"b":"d","c":null}} | {"a":{"b":"d"}}
            {"a":[{"b":"c"}]} | {"a":[1]} | {"a":[1]}
            {"e":null} | {"a":1} | {"e":null,"a":1}
            {"a":"foo"} | {"a":{"b":null,"c":{}}} | {"a":{"c":{}}}
            {} | {"a":{"bb":{"ccc":null}}} | {"a":{"bb":{}}}
            {} | {"a":-1.50E+2,"b":true,"c":"\\"}"} | {"a":-1.50E+2,"b":true,"c":"\\"}"}
            """)
    void is_that_of_rfc_7396(String object, String patch, String merged) {
      assertThat(Metadata.merged(object, patch)).isEqualTo(merged);
    }

    @Test
    void of_what_is_spelled_with_white_space_leaves_it_within_values_only() {
      String object = " { \"a\" : [ 1 ,\n2 ] , \"b\" : \" x \" } ";
      assertThat(Metadata.merged(object, "{ }")).isEqualTo("{\"a\":[ 1 ,\n2 ],\"b\":\" x \"}");
    }
  }
}
