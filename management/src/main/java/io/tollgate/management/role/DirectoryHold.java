package io.tollgate.management.role;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tollgate.management.audit.Change;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.wire.ApiError;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What nobody may change by hand while an enabled directory tells it. */
public final class DirectoryHold {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** By what a directory maps, the member of a user that it fills; what else it maps fills none. */
  private static final Map<String, String> FILLED =
      Map.of(
          "first_name",
          "first_name",
          "last_name",
          "last_name",
          "username",
          "username",
          "email_address",
          UserEndpoint.PRIMARY_EMAIL);

  private static final String ROLE_IS_TOLD =
      """
      SELECT FROM tollgate.app_user u JOIN tollgate.directory d ON d.id = u.directory_id
      WHERE u.id = $2 AND d.organization_id = $1 AND d.enabled AND d.group_role_mapping_enabled
      FOR SHARE OF d
      """;

  private static final String TOLD =
      """
      SELECT a.key, true AS custom FROM tollgate.app_user u
      JOIN tollgate.directory d ON d.id = u.directory_id AND d.enabled
      JOIN tollgate.connection_attribute a
        ON a.connection_id = d.connection_id AND a.directory_path IS NOT NULL
      WHERE u.id = $1
      UNION ALL
      SELECT json_object_keys(d.attribute_mapping), false FROM tollgate.app_user u
      JOIN tollgate.directory d ON d.id = u.directory_id AND d.enabled
      WHERE u.id = $1
      """;

  /**
   * Two who each take away one of the last two come one after the other. Not the organization's
   * row: others lock that one before they lock users.
   */
  private static final String LOCK_OWNERS =
      """
      SELECT pg_advisory_xact_lock(hashtextextended('owners of ' || id, 0)) FROM (
        SELECT DISTINCT id FROM unnest($1::text[]) id ORDER BY id) id
      """;

  /**
   * Organizations that a directory syncs, though nobody else could run them. Whoever is being
   * deleted is there yet, by what bounds keys that he made, and is nobody's member any more.
   */
  private static final String WITHOUT_OWNER =
      """
      SELECT o.id FROM tollgate.directory d
      JOIN tollgate.organization o ON o.id = d.organization_id
      JOIN tollgate.role_set s ON s.id = o.role_set_id
      WHERE o.id = ANY($1::text[]) AND d.enabled
        AND NOT EXISTS (
          SELECT FROM tollgate.membership m JOIN tollgate.app_user u ON u.id = m.user_id
          WHERE m.organization_id = o.id AND m.role_id = s.creator_role_id
            AND m.left_at IS NULL AND u.directory_id IS NULL AND u.active)
      """;

  private DirectoryHold() {}

  /** Refuses to change by hand what a member is by his groups; to be asked before he is locked. */
  static void checkRole(Change change, String organizationId, String userId) {
    if (change.execute(ROLE_IS_TOLD, Tuple.of(organizationId, userId)).rowCount() > 0) {
      throw new ApiError(
          409,
          "user_managed_by_scim",
          "Managed by a directory",
          "The member's role is told by his groups in the directory of the organization; change"
              + " those, or the mappings of groups to roles.");
    }
  }

  /** Refuses a change of what the directory tells of a user. */
  static void checkAttributes(Change change, String userId, Spelled before, Spelled after) {
    JsonNode was = read(before);
    JsonNode is = read(after);
    Set<String> taken = new TreeSet<>();
    for (Row row : change.execute(TOLD, Tuple.of(userId))) {
      String key = row.getString("key");
      if (row.getBoolean("custom")) {
        if (differs(was.path(Metadata.PUBLIC), is.path(Metadata.PUBLIC), key)) {
          taken.add(Metadata.PUBLIC + "." + key);
        }
      } else {
        @Nullable String member = FILLED.get(key);
        if (member != null && differs(was, is, member)) {
          taken.add(member);
        }
      }
    }
    if (!taken.isEmpty()) {
      throw new ApiError(
          409,
          "attribute_managed_by_scim",
          "Managed by a directory",
          "The user's directory alone tells "
              + String.join(", ", taken)
              + " while it is enabled; nothing was changed.");
    }
  }

  private static boolean differs(JsonNode was, JsonNode is, String member) {
    return !was.path(member).equals(is.path(member));
  }

  private static JsonNode read(Spelled object) {
    try {
      return JSON.readTree(object.text());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("objects are spelled as JSON", e);
    }
  }

  /**
   * Refuses what would leave an organization that a directory syncs without anybody else who may
   * run it: a mistake in the identity provider could not be mended from here any more, whether it
   * tells roles or only who is there. To be asked at the end of a change, when all whom it concerns
   * are locked: who asks has the owners to himself.
   */
  public static void checkLocalOwner(Change change, Collection<String> organizationIds) {
    List<String> lacking = new ArrayList<>();
    Tuple wanted = Tuple.tuple().addArrayOfString(organizationIds.toArray(String[]::new));
    // In two statements: one that waits for the lock sees what was before.
    change.execute(LOCK_OWNERS, wanted);
    change.execute(WITHOUT_OWNER, wanted).forEach(row -> lacking.add(row.getString("id")));
    if (!lacking.isEmpty()) {
      throw new ApiError(
          409,
          "organization_local_owner_missing",
          "Local owner missing",
          "While a directory tells who is in "
              + String.join(", ", lacking)
              + ", one active member whom no directory manages must have the role of whoever"
              + " makes it.");
    }
  }
}
