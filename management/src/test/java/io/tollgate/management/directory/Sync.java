package io.tollgate.management.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An identity provider and the directory that it syncs with, on real stores. */
final class Sync {
  static final String USER = "urn:ietf:params:scim:schemas:core:2.0:User";
  static final String GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
  static final String ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
  static final String PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

  private static final AtomicInteger NAMES = new AtomicInteger();

  final Stores stores;
  final TestManagement management;
  final String domain;
  final String organizationId;
  final String connectionId;
  final String directoryId;
  final String path;
  String token;

  /** What several directories share. */
  static final class Stores implements AutoCloseable {
    final TestPostgres postgres;
    final TestRedis redis = TestRedis.start();
    final TestManagement management;
    final TestManagement other;

    Stores() {
      this(TestPostgres.database());
    }

    Stores(TestPostgres postgres) {
      this.postgres = postgres;
      management = new TestManagement(postgres, redis);
      other = new TestManagement(postgres, redis);
    }

    /** Makes a directory of an organization and a domain of its own. */
    Sync sync() {
      return new Sync(this);
    }

    @Override
    public void close() {
      other.close();
      management.close();
      redis.close();
      postgres.close();
    }
  }

  private Sync(Stores stores) {
    this.stores = stores;
    management = stores.management;
    int number = NAMES.incrementAndGet();
    domain = "customer" + number + ".example";
    organizationId =
        management
            .post("/organizations", new JsonObject().put("name", "Customer " + number))
            .ok()
            .getString("id");
    // Somebody of the house, who can run it when the identity provider can't.
    JsonObject owner = management.post("/users", new JsonObject().put("first_name", "Owner")).ok();
    management
        .post(
            "/organizations/" + organizationId + "/memberships",
            new JsonObject().put("user_id", owner.getString("id")).put("role", "org:admin"))
        .ok();
    connectionId = connection(number);
    JsonObject directory =
        management
            .post(
                "/scim_directories",
                new JsonObject()
                    .put("enterprise_connection_id", connectionId)
                    .put("provider", "okta")
                    .put("name", "Directory " + number))
            .ok();
    directoryId = directory.getString("id");
    token = directory.getString("api_key");
    path = "/scim/v2/" + directoryId;
  }

  private String connection(int number) {
    Answer answer =
        management.post(
            "/enterprise_connections",
            new JsonObject()
                .put("name", "Connection " + number)
                .put("provider", "saml_okta")
                .put("domains", new JsonArray().add(domain))
                .put("organization_id", organizationId));
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return answer.json().getString("id");
  }

  static String name() {
    return "person" + NAMES.incrementAndGet();
  }

  HttpRequest.Builder request(String under) {
    return management
        .bare(path + under)
        .setHeader("Authorization", "Bearer " + token)
        .setHeader("Content-Type", "application/scim+json");
  }

  Answer get(String under) {
    return management.send(request(under).GET());
  }

  Answer post(String under, String body) {
    return send("POST", under, body);
  }

  Answer post(String under, JsonObject body) {
    return post(under, body.encode());
  }

  Answer put(String under, JsonObject body) {
    return send("PUT", under, body.encode());
  }

  Answer patch(String under, String body) {
    return send("PATCH", under, body);
  }

  /** Sends one operation, or several. */
  Answer patch(String under, JsonObject... operations) {
    return patch(under, patchOf(operations).encode());
  }

  static JsonObject patchOf(JsonObject... operations) {
    return new JsonObject()
        .put("schemas", new JsonArray().add(PATCH_OP))
        .put("Operations", new JsonArray(List.of(operations)));
  }

  Answer delete(String under) {
    return management.send(request(under).DELETE());
  }

  Answer send(String method, String under, String body) {
    return management.send(request(under).method(method, BodyPublishers.ofString(body)));
  }

  /** Sends a change of what the caller has seen in a version. */
  Answer sendIfMatch(String method, String under, @Nullable String tag, JsonObject body) {
    return management.send(
        request(under)
            .setHeader("If-Match", Objects.requireNonNull(tag, "a version"))
            .method(method, BodyPublishers.ofString(body.encode())));
  }

  static JsonObject op(String op, @Nullable String path, @Nullable Object value) {
    JsonObject operation = new JsonObject().put("op", op);
    if (path != null) {
      operation.put("path", path);
    }
    return operation.put("value", value);
  }

  /** A person as any provider would tell of him. */
  JsonObject person(String name) {
    return new JsonObject()
        .put("schemas", new JsonArray().add(USER))
        .put("userName", name + "@" + domain)
        .put("externalId", "ext-" + name)
        .put("name", new JsonObject().put("givenName", "Ada").put("familyName", "Byron"))
        .put("displayName", "Ada Byron")
        .put("emails", new JsonArray().add(email(name + "@" + domain)))
        .put("active", true);
  }

  static JsonObject email(String address) {
    return new JsonObject().put("value", address).put("type", "work").put("primary", true);
  }

  /** Makes a person, and returns him as he is answered. */
  JsonObject created() {
    return created(person(name()));
  }

  JsonObject created(JsonObject wanted) {
    return created("/Users", wanted);
  }

  JsonObject createdGroup(String name, String... memberIds) {
    return created(
        "/Groups",
        new JsonObject()
            .put("schemas", new JsonArray().add(GROUP))
            .put("displayName", name)
            .put("members", members(memberIds)));
  }

  JsonObject created(String under, JsonObject wanted) {
    Answer answer = post(under, wanted);
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return answer.json();
  }

  static JsonArray members(String... ids) {
    var members = new JsonArray();
    for (String id : ids) {
      members.add(new JsonObject().put("value", id));
    }
    return members;
  }

  static String user(JsonObject user) {
    return "/Users/" + user.getString("id");
  }

  static String group(JsonObject group) {
    return "/Groups/" + group.getString("id");
  }

  /** Returns the id by which a person is known here. */
  String userId(JsonObject user) {
    return stores.postgres.query(
        "SELECT user_id FROM tollgate.scim_user WHERE id = '" + user.getString("id") + "'");
  }

  /** Returns the user that a person has become, as the management API tells of him. */
  JsonObject local(JsonObject user) {
    return management.get("/users/" + userId(user)).ok();
  }

  /** Returns the key of the role that a user has in the organization. */
  String role(String userId) {
    return stores.postgres.query(
        """
        SELECT r.key FROM tollgate.membership m JOIN tollgate.role r ON r.id = m.role_id
        WHERE m.organization_id = '%s' AND m.user_id = '%s'
        """
            .formatted(organizationId, userId));
  }

  /** Fails where the answer is not a refusal in the words of SCIM. */
  static void assertRefused(Answer answer, int status, @Nullable String scimType) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/scim+json");
    JsonObject error = answer.json();
    assertThat(error.getJsonArray("schemas"))
        .containsExactly("urn:ietf:params:scim:api:messages:2.0:Error");
    assertThat(error.getString("status")).isEqualTo(Integer.toString(status));
    assertThat(error.getString("scimType")).as(answer.body()).isEqualTo(scimType);
    assertThat(error.getString("detail")).isNotBlank();
  }

  /** Returns the resources that an answer lists. */
  static List<JsonObject> listed(Answer answer) {
    return answer.ok().getJsonArray("Resources").stream().map(JsonObject.class::cast).toList();
  }

  static List<String> ids(Answer answer) {
    return listed(answer).stream().map(each -> each.getString("id")).toList();
  }

  static List<String> memberIds(JsonObject group) {
    return group.getJsonArray("members").stream()
        .map(JsonObject.class::cast)
        .map(member -> member.getString("value"))
        .toList();
  }

  /** Makes a role of the house, which groups may give, with one permission. */
  JsonObject role(String key, String permissionKey) {
    JsonObject permission =
        management
            .post(
                "/organization_permissions",
                new JsonObject().put("name", "of " + permissionKey).put("key", permissionKey))
            .ok();
    return management
        .post(
            "/organization_roles",
            new JsonObject()
                .put("name", "of " + key)
                .put("key", key)
                .put("permissions", new JsonArray().add(permission.getString("id")))
                .put("include_in_initial_role_set", true))
        .ok();
  }

  /** Maps groups to roles, the first of which is the strongest. */
  void map(JsonObject... groupsAndRoles) {
    var mappings = new JsonArray();
    for (int i = 0; i < groupsAndRoles.length; i += 2) {
      mappings.add(
          new JsonObject()
              .put("scim_group_id", groupsAndRoles[i].getString("id"))
              .put("role_id", groupsAndRoles[i + 1].getString("id")));
    }
    management
        .put(
            "/scim_directories/" + directoryId + "/group_role_mappings",
            new JsonObject().put("mappings", mappings))
        .ok();
  }
}
