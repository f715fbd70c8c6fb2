package io.tollgate.management.directory;

import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.scim.Members;
import io.tollgate.management.scim.ScimError;
import io.tollgate.management.wire.ApiError;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Who is in which group: a row each, so that one more costs one row, however many there are. Groups
 * in groups are kept as well, and no role hangs on them.
 */
final class GroupMembers {
  private static final String KNOWN =
      """
      SELECT wanted.id, u.id IS NOT NULL AS is_user, g.id IS NOT NULL AS is_group
      FROM unnest($2::text[]) wanted (id)
      LEFT JOIN tollgate.scim_user u ON u.directory_id = $1 AND u.id = wanted.id
      LEFT JOIN tollgate.scim_group g ON g.directory_id = $1 AND g.id = wanted.id
      """;

  private static final String ADD =
      """
      WITH added AS (
        INSERT INTO tollgate.scim_group_member (directory_id, group_id, scim_user_id)
        SELECT $1, $2, id FROM unnest($3::text[]) id
        ON CONFLICT DO NOTHING RETURNING scim_user_id
      )
      SELECT u.user_id, u.id FROM added
      JOIN tollgate.scim_user u ON u.directory_id = $1 AND u.id = added.scim_user_id
      """;

  private static final String ADD_GROUPS =
      """
      INSERT INTO tollgate.scim_group_group (directory_id, group_id, member_id)
      SELECT $1, $2, id FROM unnest($3::text[]) id
      ON CONFLICT DO NOTHING RETURNING NULL AS user_id, member_id AS id
      """;

  private static final String REMOVE =
      """
      DELETE FROM tollgate.scim_group_member m USING tollgate.scim_user u
      WHERE m.directory_id = $1 AND m.group_id = $2 AND %s
        AND u.directory_id = m.directory_id AND u.id = m.scim_user_id
      RETURNING u.user_id, u.id
      """;

  private static final String REMOVE_GROUPS =
      """
      DELETE FROM tollgate.scim_group_group m
      WHERE m.directory_id = $1 AND m.group_id = $2 AND %s
      RETURNING NULL AS user_id, m.member_id AS id
      """;

  private static final String GROUPS_OF =
      """
      SELECT m.scim_user_id, g.id, g.display_name AS display FROM tollgate.scim_group_member m
      JOIN tollgate.scim_group g ON g.directory_id = m.directory_id AND g.id = m.group_id
      WHERE m.directory_id = $1 AND m.scim_user_id = ANY($2)
      ORDER BY g.created_at, g.id
      """;

  /** A group of a user. */
  record Linked(String id, String display, String type) {}

  /**
   * Whom a change has brought in or taken out.
   *
   * @param ids as the identity provider knows them
   * @param userIds of those who are users, as they are known here
   */
  record Moved(List<String> ids, List<String> userIds) {
    static final Moved NONE = new Moved(List.of(), List.of());

    Moved and(Moved other) {
      return new Moved(joined(ids, other.ids), joined(userIds, other.userIds));
    }

    private static List<String> joined(List<String> one, List<String> other) {
      return Stream.concat(one.stream(), other.stream()).toList();
    }

    static Moved of(RowSet<Row> rows) {
      List<String> ids = new ArrayList<>();
      List<String> userIds = new ArrayList<>();
      for (Row row : rows) {
        ids.add(row.getString("id"));
        if (row.getString("user_id") != null) {
          userIds.add(row.getString("user_id"));
        }
      }
      return new Moved(ids, userIds);
    }
  }

  private final Change change;
  private final String directoryId;
  private final String groupId;

  /** Makes the members of a group that is locked. */
  GroupMembers(Change change, String directoryId, String groupId) {
    this.change = change;
    this.directoryId = directoryId;
    this.groupId = groupId;
  }

  /**
   * Adds members; those who are in already stay as they are. A group that nobody knows is passed
   * over, since providers push groups in any order, and nothing hangs on it.
   */
  Moved add(Members members) {
    // In one order for all, so that no two who add the same wait for each other.
    Set<String> users = new TreeSet<>();
    Set<String> groups = new TreeSet<>();
    Set<String> mayBeUnknown = new HashSet<>(members.groups());
    Collection<String> all = all(members);
    Tuple wanted = Tuple.of(directoryId).addArrayOfString(sorted(all));
    for (Row row : all.isEmpty() ? List.<Row>of() : change.execute(KNOWN, wanted)) {
      String id = row.getString("id");
      if (row.getBoolean("is_user")) {
        users.add(id);
      } else if (row.getBoolean("is_group")) {
        groups.add(id);
      } else if (!mayBeUnknown.contains(id)) {
        throw unknown(id);
      }
    }
    return moved(ADD, users).and(moved(ADD_GROUPS, groups));
  }

  private static Collection<String> all(Members members) {
    return Stream.concat(members.ids().stream(), members.groups().stream()).toList();
  }

  private static ScimError unknown(String id) {
    return ScimError.invalidValue(
        "members must name users and groups of this directory, named " + ApiError.quote(id) + ".");
  }

  /** Takes out members; those who are not in are no mistake. */
  Moved remove(Members members) {
    Set<String> all = new TreeSet<>(all(members));
    Moved users = moved(REMOVE.formatted("m.scim_user_id = ANY($3::text[])"), all);
    return users.ids.size() == all.size()
        ? users
        : users.and(moved(REMOVE_GROUPS.formatted("m.member_id = ANY($3::text[])"), all));
  }

  /** Takes out all but these, some of whom may not be in. */
  Moved removeOthers(Members members) {
    Tuple parameters = Tuple.of(directoryId, groupId).addArrayOfString(sorted(all(members)));
    String users = REMOVE.formatted("m.scim_user_id <> ALL($3::text[])");
    String groups = REMOVE_GROUPS.formatted("m.member_id <> ALL($3::text[])");
    return Moved.of(change.execute(users, parameters))
        .and(Moved.of(change.execute(groups, parameters)));
  }

  private Moved moved(String sql, Collection<String> ids) {
    return ids.isEmpty()
        ? Moved.NONE
        : Moved.of(
            change.execute(sql, Tuple.of(directoryId, groupId).addArrayOfString(sorted(ids))));
  }

  private static String[] sorted(Collection<String> ids) {
    return ids.stream().distinct().sorted().toArray(String[]::new);
  }

  /** Returns the groups of each of these users. */
  static Map<String, List<Linked>> groupsOf(
      Transactions transactions, String directoryId, Collection<String> userIds) {
    Map<String, List<Linked>> groups = new HashMap<>();
    Tuple parameters = Tuple.of(directoryId).addArrayOfString(sorted(userIds));
    for (Row row : userIds.isEmpty() ? List.<Row>of() : transactions.read(GROUPS_OF, parameters)) {
      groups
          .computeIfAbsent(row.getString("scim_user_id"), absent -> new ArrayList<>())
          .add(new Linked(row.getString("id"), row.getString("display"), "direct"));
    }
    return groups;
  }
}
