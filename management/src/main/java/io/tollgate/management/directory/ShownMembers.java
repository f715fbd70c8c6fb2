package io.tollgate.management.directory;

import io.tollgate.management.audit.Transactions;
import io.tollgate.management.scim.Projection;
import io.tollgate.management.scim.ScimError;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The members of groups as answers show them: a text for each group, which Postgres makes, since a
 * tree of a hundred thousand of them would be many times as large.
 */
final class ShownMembers {
  static final String NAME = "members";

  /**
   * How many there may be in one group. The members of a larger one are left out of an answer that
   * has other things to tell, and asking for that group is refused; some of them would be taken for
   * all by a provider that imports them.
   */
  static final int MAX = 250_000;

  /**
   * How many bytes those of one group may be of, by the same rule: names may be of wide letters.
   */
  private static final int BYTES_MAX = 32 * 1024 * 1024;

  /** The code that the log has of that. */
  static final String LEFT_OUT = "scim_members_left_out";

  /** Names are for people to read: the beginning will do. */
  private static final String SHOWN =
      """
      SELECT wanted.id, CASE
        WHEN told.count <= $3 AND octet_length(told.members) <= $7 THEN told.members END AS members
      FROM unnest($2::text[]) wanted (id), LATERAL (
        SELECT count(*) AS count, '[' || coalesce(string_agg('{' || concat_ws(',',
          CASE WHEN $4 THEN '"value":' || to_json(each.id)::text END,
          CASE WHEN $5 THEN '"display":' || to_json(left(each.display, 64))::text END,
          CASE WHEN $6 THEN '"type":' || to_json(each.type)::text END) || '}', ','), '') || ']'
          AS members
        FROM (
          SELECT u.id, coalesce(u.document ->> 'displayName', u.user_name) AS display,
            'User' AS type
          FROM tollgate.scim_group_member m
          JOIN tollgate.scim_user u ON u.directory_id = m.directory_id AND u.id = m.scim_user_id
          WHERE m.directory_id = $1 AND m.group_id = wanted.id
          UNION ALL
          SELECT g.id, g.display_name, 'Group' FROM tollgate.scim_group_group m
          JOIN tollgate.scim_group g ON g.directory_id = m.directory_id AND g.id = m.member_id
          WHERE m.directory_id = $1 AND m.group_id = wanted.id
          LIMIT $3 + 1
        ) each
      ) told
      """;

  private ShownMembers() {}

  /**
   * Returns the members of each of these groups as JSON; of one that has too many, or where they
   * are not asked for, nothing.
   */
  static Map<String, String> of(
      Transactions transactions, String directoryId, Projection shown, List<String> groupIds) {
    Map<String, String> members = new HashMap<>();
    if (groupIds.isEmpty() || !shown.includes(NAME)) {
      return members;
    }
    Tuple parameters =
        Tuple.of(directoryId)
            .addArrayOfString(groupIds.toArray(String[]::new))
            .addInteger(MAX)
            .addBoolean(shown.includes(NAME, "value"))
            .addBoolean(shown.includes(NAME, "display"))
            .addBoolean(shown.includes(NAME, "type"))
            .addInteger(BYTES_MAX);
    for (Row row : transactions.read(SHOWN, parameters)) {
      @Nullable String text = row.getString(NAME);
      if (text != null) {
        members.put(row.getString("id"), text);
      }
    }
    return members;
  }

  static String leftOut(String groupId) {
    return "The group "
        + groupId
        + " has more members than an answer holds, "
        + MAX
        + " or 32 MiB.";
  }

  /** Returns what is told whoever asks for a group of too many. */
  static ScimError tooMany() {
    return ScimError.tooMany(
        "This group has more members than an answer holds, which are "
            + MAX
            + " or 32 MiB; ask with excludedAttributes=members.");
  }
}
