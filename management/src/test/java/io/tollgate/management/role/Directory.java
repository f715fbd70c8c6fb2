package io.tollgate.management.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A management service with words for what its owner does with roles and members. */
final class Directory implements AutoCloseable {
  static final String PERMISSIONS = "/organization_permissions";
  static final String ROLES = "/organization_roles";
  static final String ROLE_SETS = "/role_sets";
  static final String INITIAL_SET = ROLE_SETS + "/role_set:default";
  static final String ADMIN = "/organization_roles/role_0000000000000000000000admin";
  static final String MEMBER = "/organization_roles/role_000000000000000000000member";

  private static final AtomicInteger NAMES = new AtomicInteger();

  final TestPostgres postgres = TestPostgres.database();
  final TestRedis redis = TestRedis.start();
  final TestManagement management = TestManagement.quick(postgres, redis);
  final TestManagement other = TestManagement.quick(postgres, redis);

  /** Returns a key that nothing else has. */
  static String key(String start) {
    return start + NAMES.incrementAndGet();
  }

  static JsonObject named(String key) {
    return new JsonObject().put("name", "of " + key).put("key", key);
  }

  static JsonObject ok(Answer answer) {
    return answer.ok();
  }

  static void assertRefused(Answer answer, int status, String code) {
    answer.assertRefused(status, code);
  }

  JsonObject permission(String key) {
    return ok(management.post(PERMISSIONS, named(key)));
  }

  /** Makes a role of no role set. */
  JsonObject role(JsonObject... permissions) {
    return ok(management.post(ROLES, wanted(permissions)));
  }

  /** Makes a role that organizations have to give. */
  JsonObject givenRole(JsonObject... permissions) {
    return ok(management.post(ROLES, wanted(permissions).put("include_in_initial_role_set", true)));
  }

  private static JsonObject wanted(JsonObject... permissions) {
    var ids = new JsonArray(List.of(permissions).stream().map(Directory::id).toList());
    return named(key("org:role_")).put("permissions", ids);
  }

  /** Takes a role away, so that others find a place. */
  void drop(JsonObject role) {
    String key = ok(get(ROLES + "/" + id(role))).getString("key");
    JsonObject replaced = new JsonObject().put("role_key", key).put("to_role_key", "org:member");
    management.post(INITIAL_SET + "/roles/replace", replaced);
    ok(management.delete(ROLES + "/" + id(role)));
  }

  /** Makes a role set of roles, of which the first is the default; the creator is org:admin. */
  JsonObject roleSet(String... roleKeys) {
    var roles = new JsonArray().add("org:admin");
    List.of(roleKeys).forEach(roles::add);
    return ok(
        management.post(
            ROLE_SETS,
            new JsonObject()
                .put("name", key("Set "))
                .put("roles", roles)
                .put("default_role_key", roleKeys[0])
                .put("creator_role_key", "org:admin")));
  }

  /** Makes as many members of an organization at once, with records as they would have. */
  void crowd(JsonObject organization, String roleId, int size) {
    postgres.execute(
        """
        WITH users AS (
          INSERT INTO tollgate.app_user (id)
          SELECT 'user_' || lpad('%4$d_' || i, 27, 'c') FROM generate_series(1, %3$d) i RETURNING id
        ), joined AS (
          INSERT INTO tollgate.membership (id, organization_id, user_id, role_set_id, role_id)
          SELECT 'orgmem_' || right(u.id, 27), o.id, u.id, o.role_set_id, '%2$s'
          FROM users u, tollgate.organization o WHERE o.id = '%1$s'
        )
        INSERT INTO tollgate.record (name, address, body)
        SELECT 'subject:' || id, tollgate.address('subject:' || id),
          '{"version":2,"kind":"subject","revoked_before":0,"enabled":true,'
            || '"roles":{"%1$s":"%2$s"}}'
        FROM users
        """
            .formatted(id(organization), roleId, size, NAMES.incrementAndGet()));
  }

  /** Returns how many records of subjects say that somebody has the role in the organization. */
  long recorded(JsonObject organization, String roleId) {
    return Long.parseLong(
        postgres.query(
            "SELECT count(*) FROM tollgate.record WHERE body::json -> 'roles' ->> '%s' = '%s'"
                .formatted(id(organization), roleId)));
  }

  JsonObject user() {
    return ok(management.post("/users", new JsonObject().put("first_name", "Ada")));
  }

  JsonObject organization() {
    return ok(management.post("/organizations", new JsonObject().put("name", "Mills & Co")));
  }

  static String members(JsonObject organization) {
    return "/organizations/" + id(organization) + "/memberships";
  }

  static String membership(JsonObject organization, JsonObject user) {
    return members(organization) + "/" + id(user);
  }

  Answer join(JsonObject organization, JsonObject user, JsonObject role) {
    JsonObject wanted =
        new JsonObject().put("user_id", id(user)).put("role", role.getString("key"));
    return management.post(members(organization), wanted);
  }

  Answer get(String path) {
    return management.get(path);
  }

  Answer send(String method, String path, String body) {
    return management.send(management.request(path).method(method, BodyPublishers.ofString(body)));
  }

  static String id(JsonObject object) {
    return object.getString("id");
  }

  String secret(JsonObject wanted) {
    return management.created(wanted.put("name", "a key")).getString("secret");
  }

  /** Returns what a secret may do, of which both services must be of one mind. */
  List<String> scopes(String secret) {
    List<String> here = scopes(management, secret);
    assertThat(scopes(other, secret)).isEqualTo(here);
    return here;
  }

  private static List<String> scopes(TestManagement where, String secret) {
    return ok(where.verify(secret)).getJsonArray("scopes").stream()
        .map(String.class::cast)
        .toList();
  }

  @Override
  public void close() {
    other.close();
    management.close();
    redis.close();
    postgres.close();
  }
}
