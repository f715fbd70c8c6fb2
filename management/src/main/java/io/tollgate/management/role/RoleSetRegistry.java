package io.tollgate.management.role;

import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.object.WordId;
import io.tollgate.management.wire.ApiError;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The role sets in Postgres. Whoever changes one locks the roles, so that nobody gives a role
 * meanwhile. Safe for all virtual threads.
 */
final class RoleSetRegistry {
  static final String PREFIX = "role_set_";
  static final String DEFAULT_ROLE = "default_role_key";
  static final String CREATOR_ROLE = "creator_role_key";

  /** How many role sets an instance may have beside the initial one. */
  static final int CUSTOM_MAX = 10;

  private static final Quota QUOTA =
      new Quota(
          "tollgate.role_set WHERE NOT initial",
          CUSTOM_MAX,
          "organization_instance_role_sets_quota_exceeded",
          "role sets",
          "role sets beside the initial one");

  private static final ObjectView VIEW = ObjectViews.ROLE_SETS;
  private static final int KEY_TAIL = 12;
  private static final int KEY_WORDS_MAX = 100;

  private static final String INSERT =
      """
      INSERT INTO tollgate.role_set (
        id, name, key, description, initial, default_role_id, creator_role_id)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      """;

  private static final String UPDATE =
      """
      UPDATE tollgate.role_set SET name = coalesce($2, name), key = coalesce($3, key),
        description = coalesce($4, description), initial = initial OR $5, updated_at = now()
      WHERE id = $1
      """;

  private final Transactions transactions;
  private final RandomGenerator random;

  /**
   * What a role set is to be; null is as it is.
   *
   * @param isInitial whether it is to be the initial one, instead of the one that is
   */
  record Wanted(
      @Nullable String name,
      @Nullable String key,
      @Nullable String description,
      boolean isInitial,
      @Nullable String defaultRole,
      @Nullable String creatorRole) {}

  RoleSetRegistry(Transactions transactions, RandomGenerator random) {
    this.transactions = transactions;
    this.random = random;
  }

  Changed insert(Wanted wanted, List<String> roleKeys, Origin origin) {
    String id = WordId.make(PREFIX, random);
    return transactions.change(
        change -> {
          RoleRecords.lock(change);
          QUOTA.check(change);
          Map<String, String> roles = roles(change, "roles", roleKeys);
          String creator = among(roles, CREATOR_ROLE, String.valueOf(wanted.creatorRole));
          RoleRecords.checkCreator(change, creator);
          if (wanted.isInitial) {
            endInitial(change, id);
          }
          Tuple parameters =
              Tuple.tuple()
                  .addString(id)
                  .addString(wanted.name)
                  .addString(wanted.key == null ? key(change, wanted.name, id) : wanted.key)
                  .addString(wanted.description)
                  .addBoolean(wanted.isInitial)
                  .addString(among(roles, DEFAULT_ROLE, String.valueOf(wanted.defaultRole)))
                  .addString(creator);
          change.execute(INSERT, parameters);
          add(change, id, List.copyOf(roles.values()));
          Spelled after = VIEW.get(change::execute, id);
          return Changed.created(change, origin, "role_set.create", after);
        });
  }

  /** There is always one, and never two. */
  private static void endInitial(Change change, String id) {
    String sql =
        "UPDATE tollgate.role_set SET initial = false, updated_at = now()"
            + " WHERE initial AND id <> $1";
    change.execute(sql, Tuple.of(id));
  }

  /** Returns a key of the words of a name, and of the end of the id where that is taken. */
  private static String key(Change change, @Nullable String name, String id) {
    String words =
        String.valueOf(name)
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "_")
            .replaceAll("^_|_$", "");
    String start = words.substring(0, Math.min(KEY_WORDS_MAX, words.length()));
    String key = "role_set:" + start;
    String tail = id.substring(id.length() - KEY_TAIL).toLowerCase(Locale.ROOT);
    if (start.isEmpty()) {
      return key + tail;
    }
    return find(change, key).isEmpty() ? key : key + "_" + tail;
  }

  /** Returns the ids of roles by their keys, all of which must be there. */
  static Map<String, String> roles(Change change, String member, List<String> keys) {
    String sql = "SELECT key, id FROM tollgate.role WHERE key = ANY($1::text[])";
    Tuple parameters = Tuple.tuple().addArrayOfString(keys.toArray(String[]::new));
    Map<String, String> ids = idsByKey(change.execute(sql, parameters));
    for (String key : keys) {
      if (!ids.containsKey(key)) {
        throw Fields.missing(member, key);
      }
    }
    return ids;
  }

  /** Returns the ids of a role set's roles by their keys. */
  static Map<String, String> roles(Change change, String roleSetId) {
    String sql =
        "SELECT r.key, r.id FROM tollgate.role_set_role i JOIN tollgate.role r ON r.id = i.role_id"
            + " WHERE i.role_set_id = $1";
    return idsByKey(change.execute(sql, Tuple.of(roleSetId)));
  }

  private static Map<String, String> idsByKey(RowSet<Row> roles) {
    Map<String, String> ids = new HashMap<>();
    for (Row role : roles) {
      ids.put(role.getString("key"), role.getString("id"));
    }
    return ids;
  }

  private static String among(Map<String, String> roles, String member, String key) {
    @Nullable String id = roles.get(key);
    if (id == null) {
      throw ApiError.parameter(
          "form_param_value_invalid",
          "is invalid",
          member,
          member
              + " must be one of the role set's roles, "
              + String.join(", ", roles.keySet().stream().sorted().toList())
              + ", was "
              + ApiError.quote(key)
              + ".");
    }
    return id;
  }

  /** Adds roles; those that are there already stay. */
  static void add(Change change, String roleSetId, List<String> roleIds) {
    String sql =
        "INSERT INTO tollgate.role_set_role (role_set_id, role_id) SELECT $1, unnest($2::text[])"
            + " ON CONFLICT DO NOTHING";
    change.execute(
        sql, Tuple.tuple().addString(roleSetId).addArrayOfString(roleIds.toArray(String[]::new)));
  }

  /** Adds a role to the initial role set; roles must be locked. */
  static void addToInitial(Change change, String roleId) {
    add(change, ofOrganization(change, null), List.of(roleId));
  }

  /** Returns the id of the role set of this key, or of the initial one. */
  static String ofOrganization(Change change, @Nullable String key) {
    String sql =
        "SELECT id FROM tollgate.role_set WHERE CASE WHEN $1::text IS NULL THEN initial"
            + " ELSE key = $1 END";
    for (Row row : change.execute(sql, Tuple.of(key))) {
      return row.getString("id");
    }
    throw Fields.missing(OrganizationRegistry.ROLE_SET, String.valueOf(key));
  }

  /** Returns the id of the role set of this key or id. */
  static Optional<String> find(Change change, String keyOrId) {
    String sql = "SELECT id FROM tollgate.role_set WHERE id = $1 OR key = $1";
    for (Row row : change.execute(sql, Tuple.of(keyOrId))) {
      return Optional.of(row.getString("id"));
    }
    return Optional.empty();
  }

  /** What is done to a role set that is there. */
  private interface Work {
    void on(Change change, String id);
  }

  private Optional<Changed> change(String keyOrId, Origin origin, String action, Work work) {
    return transactions.change(
        change -> {
          RoleRecords.lock(change);
          return find(change, keyOrId)
              .map(
                  id -> {
                    Spelled before = VIEW.get(change::execute, id);
                    work.on(change, id);
                    Spelled after = VIEW.get(change::execute, id);
                    return Changed.updated(change, origin, action, before, after);
                  });
        });
  }

  /** Changes what is not null. Empty where there is no such role set. */
  Optional<Changed> update(String keyOrId, Wanted wanted, Origin origin) {
    return change(
        keyOrId,
        origin,
        "role_set.update",
        (change, id) -> {
          if (wanted.isInitial) {
            endInitial(change, id);
          }
          Tuple parameters =
              Tuple.of(id, wanted.name, wanted.key, wanted.description, wanted.isInitial);
          change.execute(UPDATE, parameters);
          choose(change, id, wanted.defaultRole, wanted.creatorRole);
        });
  }

  /** Adds roles, and chooses among them. Empty where there is no such role set. */
  Optional<Changed> addRoles(
      String keyOrId,
      List<String> roleKeys,
      @Nullable String defaultRole,
      @Nullable String creatorRole,
      Origin origin) {
    return change(
        keyOrId,
        origin,
        "role_set.add_roles",
        (change, id) -> {
          Map<String, String> roles = roles(change, RoleSetEndpoint.ROLE_KEYS, roleKeys);
          add(change, id, List.copyOf(roles.values()));
          choose(change, id, defaultRole, creatorRole);
        });
  }

  /** Makes roles of a role set its default and its creator's one; null stays as it is. */
  private static void choose(
      Change change, String id, @Nullable String defaultRole, @Nullable String creatorRole) {
    Map<String, String> roles = roles(change, id);
    @Nullable String newcomers =
        defaultRole == null ? null : among(roles, DEFAULT_ROLE, defaultRole);
    @Nullable String creators = null;
    if (creatorRole != null) {
      creators = among(roles, CREATOR_ROLE, creatorRole);
      RoleRecords.checkCreator(change, creators);
    }
    String sql =
        "UPDATE tollgate.role_set SET default_role_id = coalesce($2, default_role_id),"
            + " creator_role_id = coalesce($3, creator_role_id), updated_at = now() WHERE id = $1";
    change.execute(sql, Tuple.of(id, newcomers, creators));
  }
}
