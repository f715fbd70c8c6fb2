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
import io.tollgate.management.wire.EntityTags;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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

  /** How many a directory may have. */
  static final int COUNT_MAX = 500;

  private static final ObjectView VIEW = ConnectionViews.MAPPINGS;

  private static final String LIST =
      """
      SELECT id, coalesce(group_id, last_group_id, id) AS group_id, group_id IS NULL AS orphaned,
        role_id
      FROM tollgate.group_role_mapping WHERE directory_id = $1 ORDER BY precedence
      """;

  private static final String UPSERT =
      """
      INSERT INTO tollgate.group_role_mapping (
        id, directory_id, precedence, group_id, last_group_id, group_external_id,
        group_display_name, group_display_name_key, role_id)
      SELECT $1, $2, $3, g.id, g.id, g.external_id, g.display_name, g.display_name_key, $5
      FROM tollgate.scim_group g WHERE g.directory_id = $2 AND g.id = $4
      ON CONFLICT (id) DO UPDATE SET precedence = excluded.precedence, role_id = excluded.role_id,
        group_id = excluded.group_id, last_group_id = excluded.last_group_id,
        group_external_id = excluded.group_external_id,
        group_display_name = excluded.group_display_name,
        group_display_name_key = excluded.group_display_name_key,
        updated_at = CASE WHEN group_role_mapping.role_id = excluded.role_id
          AND group_role_mapping.precedence = excluded.precedence
          AND group_role_mapping.group_id = excluded.group_id
          THEN group_role_mapping.updated_at ELSE now() END
      """;

  /** Of one whose group is gone. */
  private static final String UPDATE_ORPHAN =
      """
      UPDATE tollgate.group_role_mapping SET precedence = $2, role_id = $3,
        updated_at = CASE WHEN role_id = $3 AND precedence = $2 THEN updated_at ELSE now() END
      WHERE id = $1
      """;

  private static final String VERSION =
      "SELECT mapping_version FROM tollgate.directory WHERE id = $1";

  private static final String COUNT =
      "UPDATE tollgate.directory SET mapping_version = mapping_version + 1 WHERE id = $1";

  private final Transactions transactions;
  private final Recompute recompute;
  private final Demotions demotions;
  private final RandomGenerator random;

  /**
   * A list as it is shown.
   *
   * @param version its own, or an older one
   */
  record Versioned(ObjectView.Listed list, long version) {}

  /**
   * Where something is to be changed.
   *
   * @param ifMatch which versions of the list it is about, as a header spells them; null is any
   */
  record Place(String directoryId, @Nullable String ifMatch, Origin origin) {}

  /** What becomes of a list. */
  private interface Edit extends Function<List<MappingList.Entry>, List<MappingList.Entry>> {}

  /**
   * Refuses what an earlier call may have done already, whose caller was told that it takes time.
   */
  static final class Repeated extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ApiError refusal;

    Repeated(ApiError refusal) {
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

  /** Returns all of a directory, the strongest first. Empty where there is no such directory. */
  Optional<Versioned> list(String directoryId) {
    // The version before: where the list changes meanwhile, a change by that version is refused.
    for (Row row : transactions.read(VERSION, Tuple.of(directoryId))) {
      return Optional.of(
          new Versioned(list(transactions::read, directoryId), row.getLong("mapping_version")));
    }
    return Optional.empty();
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
      Place place, String groupId, String roleId, @Nullable Integer precedence) {
    Optional<Changed> list =
        change(
            place,
            entries -> {
              MappingList.checkFree(entries, groupId);
              int end = entries.size();
              entries.add(
                  precedence == null ? end : Math.min(precedence - 1, end),
                  MappingList.Entry.named(groupId, roleId));
              return entries;
            });
    return list.map(
        changed ->
            new Changed(
                VIEW.find(
                        transactions::read,
                        "t.directory_id = $1 AND t.group_id = $2",
                        Tuple.of(place.directoryId, groupId))
                    .orElseThrow(MappingEndpoint::unknown),
                changed.change()));
  }

  /** Puts a list in the place of what is there. Empty where there is no such directory. */
  Optional<Changed> replace(Place place, List<MappingList.Entry> wanted) {
    return change(place, entries -> wanted);
  }

  /** Takes an entry out. Empty where there is none. */
  Optional<Changed> delete(Place place, String id) {
    return change(
        place,
        entries -> {
          if (!entries.removeIf(entry -> id.equals(entry.id()))) {
            throw new Repeated(MappingEndpoint.unknown());
          }
          return entries;
        });
  }

  /**
   * Gives an entry whose group is gone another one; done once more it changes nothing. Empty where
   * there is no such directory.
   */
  Optional<Changed> attach(Place place, String id, String groupId) {
    Optional<Changed> list = change(place, entries -> MappingList.attached(entries, id, groupId));
    return list.map(
        changed ->
            new Changed(
                VIEW.find(transactions::read, "id", id).orElseThrow(MappingEndpoint::unknown),
                changed.change()));
  }

  private Optional<Changed> change(Place place, Edit edit) {
    Optional<Changed> changed =
        transactions.change(
            change -> {
              RoleRecords.hold(change);
              DirectoryQueue.enterAlone(change, place.directoryId);
              return ConnectionViews.DIRECTORIES
                  .lock(change, place.directoryId)
                  .map(directory -> change(change, place, directory, edit));
            });
    return changed.map(done -> demotions.settled(place.directoryId, done));
  }

  /** Returns when nobody has more by an earlier list than by the one that there is. */
  void settle(String directoryId) {
    demotions.settle(directoryId);
  }

  private Changed change(Change change, Place place, Spelled directory, Edit edit) {
    String directoryId = place.directoryId;
    String organization = organization(change, directoryId, directory);
    checkVersion(change, place);
    var before = new Spelled(list(change::execute, directoryId).page());
    List<MappingList.Entry> was = entries(change, directoryId);
    List<MappingList.Entry> wanted = edit.apply(new ArrayList<>(was));
    List<MappingList.Entry> is =
        wanted.stream().map(entry -> MappingList.known(was, entry)).toList();
    if (is.size() > COUNT_MAX) {
      throw ApiError.parameter(
          "form_param_value_too_large",
          "is too large",
          MappingEndpoint.MAPPINGS,
          "A directory may map " + COUNT_MAX + " groups, would map " + is.size() + ".");
    }
    if (MappingList.isSame(was, is)) {
      // Told anew, those who wait for it would wait from the beginning.
      return new Changed(before, change.newest());
    }
    wanted.forEach(entry -> checkRole(change, organization, entry));
    write(change, directoryId, is);
    change.execute(COUNT, Tuple.of(directoryId));
    Set<String> groups = new HashSet<>();
    was.stream().map(MappingList.Entry::groupId).forEach(groups::add);
    is.stream().map(MappingList.Entry::groupId).forEach(groups::add);
    List<AuditEntry> lines =
        new ArrayList<>(recompute.ofGroups(change, directoryId, groups, place.origin));
    DirectoryHold.checkLocalOwner(change, List.of(organization));
    var after = new Spelled(list(change::execute, directoryId).page());
    String action = "directory.update_group_role_mappings";
    lines.addFirst(place.origin.entry(action, directoryId, before.text(), after.text()));
    return new Changed(after, change.record(lines));
  }

  private static List<MappingList.Entry> entries(Change change, String directoryId) {
    return change.execute(LIST, Tuple.of(directoryId)).stream()
        .map(
            row ->
                new MappingList.Entry(
                    row.getString("id"),
                    row.getString("group_id"),
                    row.getBoolean("orphaned"),
                    row.getString("role_id")))
        .toList();
  }

  private static void checkVersion(Change change, Place place) {
    Tuple one = Tuple.of(place.directoryId);
    long version = change.execute(VERSION, one).iterator().next().getLong("mapping_version");
    if (place.ifMatch != null && !EntityTags.names(place.ifMatch, Long.toString(version))) {
      throw new Repeated(
          new ApiError(
              412,
              "group_role_mappings_changed",
              "Mappings changed",
              "The list of mappings has changed: its version is "
                  + EntityTags.of(version)
                  + " now, If-Match was "
                  + ApiError.quote(place.ifMatch)
                  + ". Read the list again."));
    }
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

  private void write(Change change, String directoryId, List<MappingList.Entry> entries) {
    Set<String> kept = new HashSet<>();
    for (MappingList.Entry entry : entries) {
      if (entry.id() != null) {
        kept.add(entry.id());
      }
    }
    change.execute(
        "DELETE FROM tollgate.group_role_mapping WHERE directory_id = $1"
            + " AND NOT id = ANY($2::text[])",
        Tuple.of(directoryId).addArrayOfString(kept.toArray(String[]::new)));
    for (int i = 0; i < entries.size(); i++) {
      write(change, directoryId, entries.get(i), i + 1);
    }
  }

  private void write(Change change, String directoryId, MappingList.Entry entry, int precedence) {
    if (entry.orphaned()) {
      change.execute(UPDATE_ORPHAN, Tuple.of(entry.id(), precedence, entry.roleId()));
      return;
    }
    String id = entry.id() == null ? WordId.make(PREFIX, random) : entry.id();
    Tuple parameters = Tuple.of(id, directoryId, precedence, entry.groupId(), entry.roleId());
    if (change.execute(UPSERT, parameters).rowCount() == 0) {
      throw Fields.missing(MappingFields.SCIM_GROUP, entry.groupId());
    }
  }

  /** Only of what a request names: the others stay as they are. */
  private static void checkRole(Change change, String organization, MappingList.Entry entry) {
    String sql =
        "SELECT FROM tollgate.organization o JOIN tollgate.role_set_role i"
            + " ON i.role_set_id = o.role_set_id WHERE o.id = $1 AND i.role_id = $2";
    if (entry.id() == null
        && change.execute(sql, Tuple.of(organization, entry.roleId())).rowCount() == 0) {
      throw ApiError.form(
          "form_resource_not_found",
          "was not found",
          MappingFields.ROLE,
          MappingFields.ROLE
              + " must name a role of the organization's role set, was "
              + ApiError.quote(entry.roleId())
              + ".");
    }
  }
}
