package io.tollgate.management.connection;

import io.tollgate.key.Secret;
import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.object.WordId;
import io.tollgate.management.role.DirectoryHold;
import io.tollgate.management.role.RoleRecords;
import io.tollgate.management.wire.ApiError;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The directories in Postgres. Safe for all virtual threads. */
final class DirectoryRegistry {
  static final String PREFIX = "scimdir_";
  static final String CONNECTION = "enterprise_connection_id";
  static final String MAPS = "group_role_mapping_enabled";
  static final String REQUIRES_GROUP = "membership_requires_mapped_group";

  private static final ObjectView VIEW = ConnectionViews.DIRECTORIES;

  private static final String INSERT =
      """
      INSERT INTO tollgate.directory (
        id, connection_id, organization_id, name, provider, attribute_mapping)
      VALUES ($1, $2, $3, $4, $5, $6::text::json)
      """;

  private static final String UPDATE =
      """
      UPDATE tollgate.directory SET name = coalesce($2, name), enabled = coalesce($3, enabled),
        provider = coalesce($4, provider), attribute_mapping = $5::text::json,
        group_role_mapping_enabled = coalesce($6, group_role_mapping_enabled),
        membership_requires_mapped_group = coalesce($7, membership_requires_mapped_group),
        updated_at = now()
      WHERE id = $1
      """;

  private static final String LOST_TOKEN =
      " The directory has a new token, which is not shown again: call rotate_api_key for one.";

  private final Transactions transactions;
  private final DirectoryTokens tokens;
  private final Recompute recompute;
  private final Demotions demotions;
  private final Duration overlap;
  private final RandomGenerator random;

  /**
   * A directory after a change, and the token that it was given by it.
   *
   * @param secret shown this once; null where there is no new one
   */
  record Opened(Changed changed, @Nullable Secret secret) {}

  /**
   * What a directory is to be; null is as it is.
   *
   * @param mapping merged into what is there, null for members that are to go
   * @param maps whether groups tell roles
   * @param requiresGroup whether who is in no mapped group is no member
   */
  record Patch(
      @Nullable String name,
      @Nullable Boolean enabled,
      @Nullable String provider,
      @Nullable JsonObject mapping,
      @Nullable Boolean maps,
      @Nullable Boolean requiresGroup) {
    /** Returns whether users may be told anew by it. */
    boolean tells() {
      return enabled != null || mapping != null || maps != null || requiresGroup != null;
    }

    /** Returns whether groups that have told roles tell none any more by it. */
    boolean ends(Spelled before) {
      return before.flag("enabled")
          && (Boolean.FALSE.equals(enabled) || (Boolean.FALSE.equals(maps) && before.flag(MAPS)));
    }
  }

  DirectoryRegistry(
      Transactions transactions,
      DirectoryTokens tokens,
      Recompute recompute,
      Demotions demotions,
      Duration overlap,
      RandomGenerator random) {
    this.transactions = transactions;
    this.tokens = tokens;
    this.recompute = recompute;
    this.demotions = demotions;
    this.overlap = overlap;
    this.random = random;
  }

  /**
   * Makes a directory of a connection.
   *
   * @param name null is that of the connection
   */
  Opened insert(String connectionId, String provider, @Nullable String name, Origin origin) {
    String id = WordId.make(PREFIX, random);
    return transactions.change(
        change -> {
          RoleRecords.hold(change);
          Row connection = connection(change, connectionId);
          @Nullable String organization = connection.getString("organization_id");
          checkOrganization(change, organization);
          change.execute(
              INSERT,
              Tuple.of(id, connectionId, organization)
                  .addString(name == null ? connection.getString("name") : name)
                  .addString(provider)
                  .addString(AttributeMapping.defaults().encode()));
          checkOwner(change, organization);
          Secret secret = tokens.add(change, id, Duration.ZERO);
          Spelled after = VIEW.get(change::execute, id);
          return new Opened(Changed.created(change, origin, "directory.create", after), secret);
        });
  }

  private static Row connection(Change change, String id) {
    String sql =
        "SELECT name, organization_id FROM tollgate.enterprise_connection WHERE id = $1"
            + " FOR NO KEY UPDATE";
    for (Row row : change.execute(sql, Tuple.of(id))) {
      if (isThere(change, id)) {
        throw ApiError.form(
            "scim_directory_enterprise_connection_already_used",
            "Enterprise connection in use",
            CONNECTION,
            CONNECTION
                + " must be that of a connection without a directory, was "
                + ApiError.quote(id)
                + ".");
      }
      return row;
    }
    throw Fields.missing(CONNECTION, id);
  }

  static boolean isThere(Change change, String connectionId) {
    String sql = "SELECT FROM tollgate.directory WHERE connection_id = $1";
    return change.execute(sql, Tuple.of(connectionId)).rowCount() > 0;
  }

  Optional<String> ofConnection(String connectionId) {
    String sql = "SELECT id FROM tollgate.directory WHERE connection_id = $1";
    for (Row row : transactions.read(sql, Tuple.of(connectionId))) {
      return Optional.of(row.getString("id"));
    }
    return Optional.empty();
  }

  /** Locks the organization, too, so that no two come to be its directory at once. */
  private static void checkOrganization(Change change, @Nullable String id) {
    if (id == null) {
      return;
    }
    change.execute(
        "SELECT FROM tollgate.organization WHERE id = $1 FOR NO KEY UPDATE", Tuple.of(id));
    String sql = "SELECT FROM tollgate.directory WHERE organization_id = $1";
    if (change.execute(sql, Tuple.of(id)).rowCount() > 0) {
      throw new ApiError(
          400,
          "scim_directory_organization_already_used",
          "Organization in use",
          "The organization has a directory already, and may have one only.");
    }
  }

  private static void checkOwner(Change change, @Nullable String organizationId) {
    if (organizationId != null) {
      DirectoryHold.checkLocalOwner(change, List.of(organizationId));
    }
  }

  /** Makes the directory of a connection, where there is one, that of an organization. */
  static void setOrganization(Change change, String connectionId, String organizationId) {
    if (isThere(change, connectionId)) {
      checkOrganization(change, organizationId);
      String sql =
          "UPDATE tollgate.directory SET organization_id = $2, updated_at = now()"
              + " WHERE connection_id = $1";
      change.execute(sql, Tuple.of(connectionId, organizationId));
    }
  }

  /** Lets users of the connection's directory lose what stands under these keys. */
  static void drop(Change change, String connectionId, List<String> keys) {
    String sql =
        "UPDATE tollgate.directory SET dropped_keys = dropped_keys || $2::text[]"
            + " WHERE connection_id = $1 AND enabled";
    if (!keys.isEmpty()) {
      Tuple parameters = Tuple.of(connectionId).addArrayOfString(keys.toArray(String[]::new));
      change.execute(sql, parameters);
    }
  }

  /**
   * Returns a change of a connection when nobody of its directory loses anything by it any more.
   */
  Changed settled(String connectionId, Changed changed) {
    return ofConnection(connectionId).map(id -> demotions.settled(id, changed)).orElse(changed);
  }

  /** Tells its users anew after a change of the connection; returns lines of the audit. */
  List<AuditEntry> connectionChanged(Change change, String connectionId, Origin origin) {
    String sql =
        "SELECT id FROM tollgate.directory WHERE connection_id = $1 AND enabled FOR NO KEY UPDATE";
    List<AuditEntry> lines = new ArrayList<>();
    for (Row row : change.execute(sql, Tuple.of(connectionId))) {
      lines.addAll(recompute.ofAll(change, row.getString("id"), origin));
      checkOwner(change, organization(change, row.getString("id")));
    }
    return lines;
  }

  /** Changes what is not null. Empty where there is no such directory. */
  Optional<Opened> update(String id, Patch patch, Origin origin) {
    String hint = Boolean.FALSE.equals(patch.enabled) ? DirectoryRemoval.CLOSED : "";
    Optional<Opened> opened = demotions.after(id, () -> tryUpdate(id, patch, origin), hint);
    // What is repeated changes nothing, and has to wait for what the first call began.
    return patch.tells() ? opened.map(done -> settled(id, done)) : opened;
  }

  /** Returns empty where something is to be told before that can't be told any more after it. */
  private Optional<Optional<Opened>> tryUpdate(String id, Patch patch, Origin origin) {
    return transactions.change(
        change -> {
          RoleRecords.hold(change);
          DirectoryQueue.enterAlone(change, id);
          Optional<Spelled> before = VIEW.lock(change, id);
          if (before.isPresent() && patch.ends(before.get()) && Recompute.isDemoting(change, id)) {
            if (Boolean.FALSE.equals(patch.enabled)) {
              DirectoryRemoval.shut(change, id, origin);
            }
            return Optional.empty();
          }
          return Optional.of(before.map(was -> update(change, id, patch, was, origin)));
        });
  }

  private Opened settled(String id, Opened opened) {
    String hint = opened.secret == null ? "" : LOST_TOKEN;
    Change.Recorded settled = demotions.settle(id, hint);
    return new Opened(new Changed(opened.changed.object(), settled), opened.secret);
  }

  private Opened update(Change change, String id, Patch patch, Spelled before, Origin origin) {
    JsonObject was = new JsonObject(before.text()).getJsonObject("attribute_mapping");
    JsonObject mapping = patch.mapping == null ? was : merged(was, patch.mapping);
    change.execute(
        UPDATE,
        Tuple.of(id, patch.name)
            .addBoolean(patch.enabled)
            .addString(patch.provider)
            .addString(mapping.encode())
            .addBoolean(patch.maps)
            .addBoolean(patch.requiresGroup));
    Spelled is = VIEW.get(change::execute, id);
    boolean isSwitched = is.flag("enabled") != before.flag("enabled");
    @Nullable Secret secret = null;
    if (isSwitched) {
      resume(change, id, is.flag("enabled"));
    }
    if (isSwitched && is.flag("enabled")) {
      secret = tokens.add(change, id, Duration.ZERO);
    } else if (isSwitched) {
      DirectoryTokens.revokeAll(change, id);
    }
    boolean tellsAnew =
        isSwitched
            || is.flag(MAPS) != before.flag(MAPS)
            || is.flag(REQUIRES_GROUP) != before.flag(REQUIRES_GROUP)
            || !mapping.equals(was);
    List<AuditEntry> lines = List.of();
    if (tellsAnew && is.flag("enabled")) {
      lines = recompute.ofAll(change, id, origin);
      checkOwner(change, organization(change, id));
    }
    Spelled after = VIEW.get(change::execute, id);
    return new Opened(
        Changed.updated(change, origin, "directory.update", before, after, lines), secret);
  }

  private static JsonObject merged(JsonObject was, JsonObject said) {
    JsonObject merged = SignIn.merged(was, said);
    if (merged.size() > AttributeMapping.NAMES_MAX) {
      throw ApiError.form(
          "form_param_value_too_large",
          "is too large",
          "attribute_mapping",
          "A directory may map "
              + AttributeMapping.NAMES_MAX
              + " attributes, would map "
              + merged.size()
              + ".");
    }
    return merged;
  }

  /** What was changed by hand while it was off is written over when it is on again, and told. */
  private static void resume(Change change, String id, boolean isEnabled) {
    String sql =
        "UPDATE tollgate.directory SET is_resuming = $2, dropped_keys = '{}' WHERE id = $1";
    change.execute(sql, Tuple.of(id, isEnabled));
  }

  static @Nullable String organization(Change change, String id) {
    String sql = "SELECT organization_id FROM tollgate.directory WHERE id = $1";
    return change.execute(sql, Tuple.of(id)).iterator().next().getString("organization_id");
  }

  /**
   * Gives a directory another token. Empty where there is no such directory.
   *
   * @param wanted how long the one before still works; null is as the operator has set
   */
  Optional<Opened> rotate(String id, @Nullable Duration wanted, Origin origin) {
    return transactions.change(
        change -> {
          DirectoryQueue.enterAlone(change, id);
          return VIEW.lock(change, id)
              .map(
                  before -> {
                    checkEnabled(before);
                    Secret secret = tokens.add(change, id, wanted == null ? overlap : wanted);
                    var action = "directory.rotate_api_key";
                    return new Opened(
                        Changed.updated(change, origin, action, before, before), secret);
                  });
        });
  }

  /** Refuses what is of no use while the directory is off. */
  static void checkEnabled(Spelled directory) {
    if (!directory.flag("enabled")) {
      throw new ApiError(
          400,
          "scim_directory_disabled",
          "Directory disabled",
          "The directory is disabled; enable it first, which gives it a new token.");
    }
  }

  /** Ends one token at once. Empty where there is none that is the directory's. */
  Optional<Changed> revoke(String id, String tokenId, Origin origin) {
    String condition = "t.id = $1 AND t.directory_id = $2";
    Tuple one = Tuple.of(tokenId, id);
    ObjectView view = ConnectionViews.TOKENS;
    return transactions.change(
        change -> {
          DirectoryQueue.enterAlone(change, id);
          change.execute(
              "SELECT FROM tollgate.directory WHERE id = $1 FOR NO KEY UPDATE", Tuple.of(id));
          return view.find(change::execute, condition, one)
              .map(
                  before -> {
                    change.execute(
                        "UPDATE tollgate.directory_token SET"
                            + " revoked_at = coalesce(revoked_at, now()) WHERE id = $1",
                        Tuple.of(tokenId));
                    Spelled after = view.get(change::execute, tokenId);
                    String action = "directory.revoke_token";
                    return Changed.updated(change, origin, action, before, after);
                  });
        });
  }
}
