package io.tollgate.management.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.tollgate.management.wire.Endpoints;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every endpoint that takes an id, walked with ids of what is there and does not belong there. */
class ForeignIdTest {
  private static final Set<HttpMethod> BARE = Set.of(HttpMethod.GET, HttpMethod.DELETE);

  /** An id of each kind, by the word that stands before it in a path. */
  private static final Map<String, String> ids = new HashMap<>();

  private static Directory directory;
  private static String stranger;

  @BeforeAll
  static void start() {
    directory = new Directory();
    JsonObject permission = directory.permission(Directory.key("org:foreign:id_"));
    JsonObject role = directory.givenRole(permission);
    JsonObject organization = directory.organization();
    JsonObject member = directory.user();
    Directory.ok(directory.join(organization, member, role));
    stranger = Directory.id(directory.user());
    Directory.ok(
        directory.join(directory.organization(), new JsonObject().put("id", stranger), role));
    JsonObject secretKey =
        new JsonObject().put("name", "foreign").put("areas", new JsonArray(List.of("keys")));
    ids.put("api_keys", Directory.id(directory.management.create("foreign")));
    ids.put(
        "secret_keys",
        Directory.id(directory.management.post("/instance/secret_keys", secretKey).json()));
    ids.put("organization_permissions", Directory.id(permission));
    ids.put("permissions", Directory.id(permission));
    ids.put("organization_roles", Directory.id(role));
    ids.put("organizations", Directory.id(organization));
    ids.put("memberships", Directory.id(member));
    ids.put("users", Directory.id(member));
    ids.put("role_sets", Directory.id(role));
    ids.put("statements", "stmt_202611_" + Directory.id(member));
    sell();
    sync(Directory.id(organization));
  }

  private static void sync(String organization) {
    JsonObject wanted =
        new JsonObject()
            .put("name", "foreign")
            .put("provider", "saml_okta")
            .put("domains", new JsonArray().add("foreign.example"))
            .put("organization_id", organization);
    JsonObject connection = directory.management.post("/enterprise_connections", wanted).json();
    ids.put("enterprise_connections", Directory.id(connection));
    // Made past the endpoint, which wants an organization that somebody else can run.
    String id = "scimdir_" + "7".repeat(27);
    directory.postgres.execute(
        """
        INSERT INTO tollgate.directory (id, connection_id, organization_id, name, provider)
        VALUES ('%1$s', '%2$s', '%3$s', 'foreign', 'okta');
        INSERT INTO tollgate.scim_group (
          directory_id, id, display_name, display_name_key, document)
        VALUES ('%1$s', 'g', 'g', 'g', '{}');
        INSERT INTO tollgate.directory_token (id, directory_id, prefix, digest)
        VALUES ('dirtok_%4$s', '%1$s', 'tgscim_', sha256('foreign'));
        INSERT INTO tollgate.group_role_mapping (
          id, directory_id, precedence, group_id, group_display_name, role_id)
        VALUES ('grpmap_%4$s', '%1$s', 1, 'g', 'g', '%5$s')
        """
            .formatted(
                id,
                Directory.id(connection),
                organization,
                "7".repeat(27),
                ids.get("organization_roles")));
    ids.put("scim_directories", id);
    ids.put("directories", id);
    ids.put("tokens", "dirtok_" + "7".repeat(27));
    ids.put("group_role_mappings", "grpmap_" + "7".repeat(27));
  }

  private static void sell() {
    JsonObject wanted = new JsonObject().put("name", "foreign").put("for_payer_type", "user");
    JsonObject plan = directory.management.post("/billing/plans", wanted).ok();
    ids.put("plans", Directory.id(plan));
    JsonObject order = new JsonObject().put("payer_id", stranger).put("plan_id", ids.get("plans"));
    JsonObject subscription = directory.management.post("/billing/subscriptions", order).ok();
    ids.put(
        "subscription_items",
        Directory.id(subscription.getJsonArray("subscription_items").getJsonObject(0)));
  }

  @AfterAll
  static void stop() {
    directory.close();
  }

  static Stream<Endpoints.Operation> everyEndpointWithAnId() {
    return directory.management.management().operations().stream()
        .filter(operation -> operation.path().contains("/:"));
  }

  @ParameterizedTest
  @MethodSource("everyEndpointWithAnId")
  void an_id_of_another_kind_names_nothing_and_changes_nothing(Endpoints.Operation operation) {
    String before = contents();
    for (String path : paths(operation)) {
      Answer answer = directory.send(operation.method().name(), path, "{}");
      String what = operation.method() + " " + path + " " + answer.body();
      if (BARE.contains(operation.method())) {
        assertThat(answer.status()).as(what).isEqualTo(404);
      } else {
        // Where the body lacks something as well, that may be told first.
        assertThat(answer.status()).as(what).isIn(400, 404, 422);
      }
      ids.values().forEach(id -> assertNotShown(answer, path, id));
    }
    assertThat(contents()).isEqualTo(before);
  }

  /** An answer may repeat what was asked for, and tells of nothing else. */
  private static void assertNotShown(Answer answer, String path, String id) {
    if (!path.contains(id)) {
      assertThat(answer.body()).doesNotContain(id);
    }
  }

  /** Returns its path with a wrong id in each place, of each kind that does not belong there. */
  private static List<String> paths(Endpoints.Operation operation) {
    String[] words = operation.path().split("/");
    List<String> paths = new ArrayList<>();
    for (int i = 1; i < words.length; i++) {
      if (words[i].startsWith(":")) {
        String right = right(words, i);
        for (String wrong : ids.values()) {
          if (!wrong.equals(right)) {
            paths.add(path(words, i, wrong));
          }
        }
        if (words[i - 1].equals("memberships")) {
          paths.add(path(words, i, stranger));
        }
      }
    }
    return paths;
  }

  private static String right(String[] words, int place) {
    return Objects.requireNonNull(ids.get(words[place - 1]), "an id behind " + words[place - 1]);
  }

  private static String path(String[] words, int place, String wrong) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < words.length; i++) {
      String word = words[i];
      if (word.startsWith(":")) {
        word = i == place ? wrong : right(words, i);
      }
      parts.add(word);
    }
    return String.join("/", parts);
  }

  private static String contents() {
    return directory.postgres.query(
        "SELECT (SELECT count(*) FROM tollgate.audit)"
            + " || '/' || (SELECT number FROM tollgate.change_counter)");
  }
}
