package io.tollgate.management.connection;

import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Page;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.object.WordId;
import io.tollgate.management.role.DirectoryHold;
import io.tollgate.management.role.RoleRecords;
import io.tollgate.management.wire.ApiError;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The lists of which groups make which roles, each changed as a whole and carried over to members
 * by the same change. Safe for all virtual threads.
 */
final class MappingRegistry {
  static final String PREFIX = "grpmap_";
  static final String ROLE = "role_id";

  /** How many a directory may have. */
  static final int COUNT_MAX = 500;

  private static final ObjectView VIEW = ConnectionViews.MAPPINGS;

  private static final String LIST =
      """
      SELECT id, group_id, role_id FROM tollgate.group_role_mapping
      WHERE directory_id = $1 ORDER BY precedence
      """;

  private static final String UPSERT =
      """
      INSERT INTO tollgate.group_role_mapping (
        id, directory_id, precedence, group_id, group_external_id, group_display_name, role_id)
      SELECT $1, $2, $3, g.id, g.external_id, g.display_name, $5
      FROM tollgate.scim_group g WHERE g.directory_id = $2 AND g.id = $4
      ON CONFLICT (id) DO UPDATE SET precedence = excluded.precedence, role_id = excluded.role_id,
        group_display_name = excluded.group_display_name,
        updated_at = CASE WHEN group_role_mapping.role_id = excluded.role_id
          AND group_role_mapping.precedence = excluded.precedence
          THEN group_role_mapping.updated_at ELSE now() END
      """;

  private final Transactions transactions;
  private final Recompute recompute;
  private final Demotions demotions;
  private final RandomGenerator random;

  /**
   * An entry of the list.
   *
   * @param id null where it is new
   * @param groupId null where the group is gone
   */
  record Entry(@Nullable String id, @Nullable String groupId, String roleId) {}

  /** What becomes of a list. */
  private interface Edit extends Function<List<Entry>, List<Entry>> {}

  /**
   * Refuses what an earlier call may have done already, whose caller was told that it takes time.
   */
  static final class Repeated extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ApiError refusal;

    private Repeated(ApiError refusal) {
      super(refusal.getMessage(), null, false, false);
      this.refusal = refusal;
    }

    ApiError refusal() {
      return refusal;
    }
  }

  MappingRegistry(
      Transactions transactions, Recompute recompute, Demotions demotions, RandomGenerator random) {
    this.transactions = transactions;
    this.recompute = recompute;
    this.demotions = demotions;
    this.random = random;
  }

  /** Returns all of a directory, the strongest first. */
  ObjectView.Listed list(String directoryId) {
    return list(transactions::read, directoryId);
  }

  private static ObjectView.Listed list(ObjectView.Reader reader, String directoryId) {
    var page = new Page("", "precedence", true, COUNT_MAX, 0);
    return VIEW.list(reader, page, "t.directory_id = $4", Tuple.of(directoryId));
  }

  /**
   * Adds an entry. Empty where there is no such directory.
   *
   * @param precedence 1 is the strongest; null is the weakest of all
   */
  Optional<Changed> insert(
      String directoryId,
      String groupId,
      String roleId,
      @Nullable Integer precedence,
      Origin origin) {
    Optional<Changed> list =
        change(
            directoryId,
            origin,
            entries -> {
              if (entries.stream().anyMatch(e -> groupId.equals(e.groupId))) {
                throw new Repeated(
                    ApiError.form(
                        "form_already_exists",
                        "already exists",
                        MappingEndpoint.SCIM_GROUP,
                        MappingEndpoint.SCIM_GROUP + " is mapped already."));
              }
              int end = entries.size();
              entries.add(
                  precedence == null ? end : Math.min(precedence - 1, end),
                  new Entry(null, groupId, roleId));
              return entries;
            });
    return list.map(
        changed ->
            new Changed(
                VIEW.find(
                        transactions::read,
                        "t.directory_id = $1 AND t.group_id = $2",
                        Tuple.of(directoryId, groupId))
                    .orElseThrow(MappingEndpoint::unknown),
                changed.change()));
  }

  /** Puts a list in the place of what is there. Empty where there is no such directory. */
  Optional<Changed> replace(String directoryId, List<Entry> wanted, Origin origin) {
    return change(directoryId, origin, entries -> wanted);
  }

  /** Takes an entry out. Empty where there is none. */
  Optional<Changed> delete(String directoryId, String id, Origin origin) {
    return change(
        directoryId,
        origin,
        entries -> {
          if (!entries.removeIf(entry -> id.equals(entry.id))) {
            throw new Repeated(MappingEndpoint.unknown());
          }
          return entries;
        });
  }

  private Optional<Changed> change(String directoryId, Origin origin, Edit edit) {
    Optional<Changed> changed =
        transactions.change(
            change -> {
              RoleRecords.hold(change);
              DirectoryQueue.enterAlone(change, directoryId);
              return ConnectionViews.DIRECTORIES
                  .lock(change, directoryId)
                  .map(directory -> change(change, directoryId, directory, origin, edit));
            });
    return changed.map(done -> demotions.settled(directoryId, done));
  }

  /** Returns when nobody has more by an earlier list than by the one that there is. */
  void settle(String directoryId) {
    demotions.settle(directoryId);
  }

  private Changed change(
      Change change, String directoryId, Spelled directory, Origin origin, Edit edit) {
    String organization = organization(change, directoryId, directory);
    var before = new Spelled(list(change::execute, directoryId).page());
    List<Entry> was = new ArrayList<>();
    for (Row row : change.execute(LIST, Tuple.of(directoryId))) {
      was.add(new Entry(row.getString("id"), row.getString("group_id"), row.getString("role_id")));
    }
    List<Entry> is = edit.apply(new ArrayList<>(was));
    if (is.size() > COUNT_MAX) {
      throw ApiError.parameter(
          "form_param_value_too_large",
          "is too large",
          MappingEndpoint.MAPPINGS,
          "A directory may map " + COUNT_MAX + " groups, would map " + is.size() + ".");
    }
    if (isSame(was, is)) {
      // Told anew, those who wait for it would wait from the beginning.
      return new Changed(before, change.newest());
    }
    write(change, directoryId, organization, was, is);
    Set<String> groups = new HashSet<>();
    was.stream().map(Entry::groupId).filter(Objects::nonNull).forEach(groups::add);
    is.stream().map(Entry::groupId).filter(Objects::nonNull).forEach(groups::add);
    List<AuditEntry> lines =
        new ArrayList<>(recompute.ofGroups(change, directoryId, groups, origin));
    DirectoryHold.checkLocalOwner(change, List.of(organization));
    var after = new Spelled(list(change::execute, directoryId).page());
    String action = "directory.update_group_role_mappings";
    lines.addFirst(origin.entry(action, directoryId, before.text(), after.text()));
    return new Changed(after, change.record(lines));
  }

  private static boolean isSame(List<Entry> was, List<Entry> is) {
    boolean isSame = was.size() == is.size();
    for (int i = 0; isSame && i < is.size(); i++) {
      Entry one = was.get(i);
      isSame =
          one.roleId.equals(is.get(i).roleId)
              && one.groupId != null
              && one.groupId.equals(is.get(i).groupId);
    }
    return isSame;
  }

  private static String organization(Change change, String directoryId, Spelled directory) {
    DirectoryRegistry.checkEnabled(directory);
    @Nullable String organization = DirectoryRegistry.organization(change, directoryId);
    if (organization == null || !directory.flag("group_role_mapping_enabled")) {
      throw new ApiError(
          400,
          "feature_not_enabled",
          "Role mapping is off",
          organization == null
              ? "The directory's connection is no organization's, whose roles groups could make."
              : "The directory's mapping of groups to roles is off, and its list is frozen.");
    }
    return organization;
  }

  private void write(
      Change change, String directoryId, String organization, List<Entry> was, List<Entry> is) {
    Set<String> kept = new HashSet<>();
    List<Entry> entries = new ArrayList<>();
    for (Entry entry : is) {
      // An entry of a group that has one keeps its id, so that members' reasons stay true.
      @Nullable String id = entry.id != null ? entry.id : idOf(was, entry);
      if (id != null) {
        kept.add(id);
      }
      entries.add(new Entry(id, entry.groupId, entry.roleId));
      checkRole(change, organization, entry);
    }
    change.execute(
        "DELETE FROM tollgate.group_role_mapping WHERE directory_id = $1"
            + " AND NOT id = ANY($2::text[])",
        Tuple.of(directoryId).addArrayOfString(kept.toArray(String[]::new)));
    for (int i = 0; i < entries.size(); i++) {
      write(change, directoryId, entries.get(i), i + 1);
    }
  }

  private static @Nullable String idOf(List<Entry> was, Entry entry) {
    return was.stream()
        .filter(known -> known.groupId != null && known.groupId.equals(entry.groupId))
        .map(Entry::id)
        .findFirst()
        .orElse(null);
  }

  private void write(Change change, String directoryId, Entry entry, int precedence) {
    if (entry.groupId == null) {
      change.execute(
          "UPDATE tollgate.group_role_mapping SET precedence = $2 WHERE id = $1",
          Tuple.of(entry.id, precedence));
      return;
    }
    String id = entry.id == null ? WordId.make(PREFIX, random) : entry.id;
    Tuple parameters = Tuple.of(id, directoryId, precedence, entry.groupId, entry.roleId);
    if (change.execute(UPSERT, parameters).rowCount() == 0) {
      throw Fields.missing(MappingEndpoint.SCIM_GROUP, entry.groupId);
    }
  }

  private static void checkRole(Change change, String organization, Entry entry) {
    String sql =
        "SELECT FROM tollgate.organization o JOIN tollgate.role_set_role i"
            + " ON i.role_set_id = o.role_set_id WHERE o.id = $1 AND i.role_id = $2";
    if (entry.id == null
        && change.execute(sql, Tuple.of(organization, entry.roleId)).rowCount() == 0) {
      throw ApiError.form(
          "form_resource_not_found",
          "was not found",
          ROLE,
          ROLE
              + " must name a role of the organization's role set, was "
              + ApiError.quote(entry.roleId)
              + ".");
    }
  }
}
