package io.tollgate.management.connection;

import io.tollgate.management.TestManagement;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * A management service with an organization, its connection and directory, and words for what an
 * identity provider has told of people and groups, which stands in the tables at once.
 */
final class Firm implements AutoCloseable {
  static final String CONNECTIONS = "/enterprise_connections";
  static final String DIRECTORIES = "/directories";
  static final String ADMIN = "role_0000000000000000000000admin";
  static final String MEMBER = "role_000000000000000000000member";

  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final Origin SYNC = new Origin("directory", "req_1");

  final TestPostgres postgres = TestPostgres.database();
  final TestRedis redis = TestRedis.start();
  final TestManagement management = TestManagement.quick(postgres, redis);
  final RoleResolution roles = new RoleResolution(new SecureRandom());
  private final Vertx vertx = Vertx.vertx();
  final Transactions transactions = new Transactions(vertx, postgres.config(), 8);

  static String id(JsonObject object) {
    return object.getString("id");
  }

  static JsonArray array(JsonObject... objects) {
    var array = new JsonArray();
    for (JsonObject object : objects) {
      array.add(object);
    }
    return array;
  }

  static String name(String start) {
    return start + NAMES.incrementAndGet();
  }

  JsonObject user() {
    return management.post("/users", new JsonObject().put("first_name", "Ada")).ok();
  }

  /** Makes one with a member who may run it, and whom no directory manages. */
  JsonObject organization() {
    return management
        .post(
            "/organizations",
            new JsonObject().put("name", name("Firm ")).put("created_by", id(user())))
        .ok();
  }

  /** Makes a role that organizations have to give. */
  JsonObject role(String... permissions) {
    var ids = new JsonArray();
    for (String key : permissions) {
      ids.add(postgres.query("SELECT id FROM tollgate.permission WHERE key = '" + key + "'"));
    }
    return management
        .post(
            "/organization_roles",
            new JsonObject()
                .put("name", "a role")
                .put("key", name("org:role_"))
                .put("permissions", ids)
                .put("include_in_initial_role_set", true))
        .ok();
  }

  /** Makes a role set of roles, of which the first is the default. */
  JsonObject roleSet(String... roleKeys) {
    var keys = new JsonArray().add("org:admin");
    for (String key : roleKeys) {
      keys.add(key);
    }
    return management
        .post(
            "/role_sets",
            new JsonObject()
                .put("name", name("Set "))
                .put("roles", keys)
                .put("default_role_key", roleKeys[0])
                .put("creator_role_key", "org:admin"))
        .ok();
  }

  static JsonObject wanted() {
    return new JsonObject()
        .put("name", name("Connection "))
        .put("provider", "saml_okta")
        .put("domains", new JsonArray().add("example.com"));
  }

  JsonObject connection(JsonObject organization) {
    return made(wanted().put("organization_id", id(organization)));
  }

  JsonObject made(JsonObject wanted) {
    TestManagement.Answer answer = management.post(CONNECTIONS, wanted);
    if (answer.status() != 201) {
      throw new AssertionError(answer.body());
    }
    return answer.json();
  }

  JsonObject directory(JsonObject connection) {
    return management.post(DIRECTORIES, asked(connection)).ok();
  }

  static JsonObject asked(JsonObject connection) {
    return new JsonObject().put("enterprise_connection_id", id(connection)).put("provider", "okta");
  }

  static String path(JsonObject directory) {
    return DIRECTORIES + "/" + id(directory);
  }

  /** Makes a user of a directory, with a document, who is no member yet. */
  String person(JsonObject directory, JsonObject document) {
    String user = id(user());
    adopt(directory, user, document);
    return user;
  }

  /** Makes a user who is there one of the directory's. */
  void adopt(JsonObject directory, String user, JsonObject document) {
    postgres.execute(
        """
        UPDATE tollgate.app_user SET directory_id = '%1$s' WHERE id = '%2$s';
        INSERT INTO tollgate.scim_user (
          directory_id, id, user_id, user_name, user_name_key, active, document)
        VALUES ('%1$s', 'p_%2$s', '%2$s', '%2$s', '%2$s', true, '%3$s')
        """
            .formatted(id(directory), user, document.encode().replace("'", "''")));
  }

  /** Makes a user of a directory who is a member of its organization. */
  String member(JsonObject directory) {
    String user = person(directory, new JsonObject());
    join(directory, user);
    return user;
  }

  String group(JsonObject directory) {
    String id = name("group_");
    postgres.execute(
        """
        INSERT INTO tollgate.scim_group (directory_id, id, display_name, display_name_key, document)
        VALUES ('%1$s', '%2$s', 'Group %2$s', 'group %2$s', '{}')
        """
            .formatted(id(directory), id));
    return id;
  }

  /** Puts somebody into a group, and tells his role anew, in one change as a sync does. */
  void enter(JsonObject directory, String group, String user) {
    change(
        change -> {
          roles.hold(change, id(directory));
          return told(change, directory, inserted(directory, group, user), user);
        });
  }

  void leave(JsonObject directory, String group, String user) {
    String sql =
        "DELETE FROM tollgate.scim_group_member WHERE group_id = '%s' AND scim_user_id = 'p_%s'"
            .formatted(group, user);
    change(
        change -> {
          roles.hold(change, id(directory));
          return told(change, directory, sql, user);
        });
  }

  static String inserted(JsonObject directory, String group, String user) {
    return "INSERT INTO tollgate.scim_group_member (directory_id, group_id, scim_user_id)"
        + " VALUES ('%s', '%s', 'p_%s')".formatted(id(directory), group, user);
  }

  List<RoleChange> told(Change change, JsonObject directory, String sql, String... users) {
    change.execute(sql, Tuple.tuple());
    return recorded(change, roles.apply(change, id(directory), Arrays.asList(users)));
  }

  List<RoleChange> join(JsonObject directory, String... users) {
    return change(
        change -> {
          roles.hold(change, id(directory));
          return recorded(change, roles.join(change, id(directory), Arrays.asList(users)));
        });
  }

  private static List<RoleChange> recorded(Change change, List<RoleChange> changes) {
    if (!changes.isEmpty()) {
      change.record(changes.stream().map(each -> each.entry(SYNC)).toList());
    }
    return changes;
  }

  <T> T change(Function<Change, T> work) {
    return transactions.change(work);
  }

  /** Returns which role his membership and his record tell, of which they must be of one mind. */
  String roleOf(JsonObject organization, String user) {
    String told =
        postgres.query(
            "SELECT role_id FROM tollgate.membership"
                + " WHERE organization_id = '%s' AND user_id = '%s'"
                    .formatted(id(organization), user));
    String mirrored =
        postgres.query(
            "SELECT body::json -> 'roles' ->> '%s' FROM tollgate.record WHERE name = 'subject:%s'"
                .formatted(id(organization), user));
    if (!told.equals(mirrored)) {
      throw new AssertionError(told + " is mirrored as " + mirrored);
    }
    return told;
  }

  String mappedBy(String user) {
    return postgres.query(
        "SELECT coalesce(mapped_by, 'hand') FROM tollgate.membership WHERE user_id = '%s'"
            .formatted(user));
  }

  JsonObject map(JsonObject directory, String group, JsonObject role) {
    return management
        .post(
            path(directory) + "/group_role_mappings",
            new JsonObject().put("scim_group_id", group).put("role_id", id(role)))
        .ok();
  }

  /** Returns a list of mappings from groups and roles in turn, the strongest first. */
  static JsonObject list(Object... groupsAndRoles) {
    var mappings = new JsonArray();
    for (int i = 0; i < groupsAndRoles.length; i += 2) {
      mappings.add(
          new JsonObject()
              .put("scim_group_id", groupsAndRoles[i])
              .put("role_id", id((JsonObject) groupsAndRoles[i + 1])));
    }
    return new JsonObject().put("mappings", mappings);
  }

  JsonObject patch(JsonObject directory, JsonObject body) {
    return management.patch(path(directory), body).ok();
  }

  List<String> actions(String object) {
    String sql =
        "SELECT coalesce(string_agg(action, ' ' ORDER BY number), '') FROM tollgate.audit"
            + " WHERE object = '%s'".formatted(object);
    return List.of(postgres.query(sql).split(" "));
  }

  @Override
  public void close() {
    TestManagement.await(transactions.close());
    TestManagement.await(vertx.close());
    management.close();
    redis.close();
    postgres.close();
  }
}
