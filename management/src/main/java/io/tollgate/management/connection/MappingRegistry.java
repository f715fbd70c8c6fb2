package io.tollgate.management.connection;

import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Page;
import io.tollgate.management.object.Spelled;
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
  static final String PREFIX = MappingRows.PREFIX;

  /** How many a directory may have. */
  static final int COUNT_MAX = 500;

  private static final ObjectView VIEW = ConnectionViews.MAPPINGS;

  private static final String VERSION =
      "SELECT mapping_version FROM tollgate.directory WHERE id = $1";

  private static final String COUNT =
      "UPDATE tollgate.directory SET mapping_version = mapping_version + 1 WHERE id = $1";

  private final Transactions transactions;
  private final Recompute recompute;
  private final MappingRows rows;

  /**
   * An entry of the list.
   *
   * @param id null where it is new, or is told of by its group alone
   * @param groupId the last one that it had, where that is gone
   */
  record Entry(@Nullable String id, String groupId, boolean orphaned, String roleId) {
    /** Returns one as a request names it. */
    static Entry named(String groupId, String roleId) {
      return new Entry(null, groupId, false, roleId);
    }
  }

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

  MappingRegistry(Transactions transactions, Recompute recompute, RandomGenerator random) {
    this.transactions = transactions;
    this.recompute = recompute;
    rows = new MappingRows(random);
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
              checkFree(entries, groupId);
              int end = entries.size();
              entries.add(
                  precedence == null ? end : Math.min(precedence - 1, end),
                  Entry.named(groupId, roleId));
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
  Optional<Changed> replace(Place place, List<Entry> wanted) {
    return change(place, entries -> wanted);
  }

  /** Takes an entry out. Empty where there is none. */
  Optional<Changed> delete(Place place, String id) {
    return change(
        place,
        entries -> {
          if (!entries.removeIf(entry -> id.equals(entry.id))) {
            throw new Repeated(MappingEndpoint.unknown());
          }
          return entries;
        });
  }

  private static void checkFree(List<Entry> entries, String groupId) {
    if (entries.stream().anyMatch(entry -> groupId.equals(entry.groupId))) {
      throw new Repeated(
          ApiError.form(
              "form_already_exists",
              "already exists",
              MappingFields.SCIM_GROUP,
              MappingFields.SCIM_GROUP + " is mapped already."));
    }
  }

  /**
   * Gives an entry whose group is gone another one; done once more it changes nothing. Empty where
   * there is no such directory.
   */
  Optional<Changed> attach(Place place, String id, String groupId) {
    Optional<Changed> list = change(place, entries -> attached(entries, id, groupId));
    return list.map(
        changed ->
            new Changed(
                VIEW.find(transactions::read, "id", id).orElseThrow(MappingEndpoint::unknown),
                changed.change()));
  }

  private static List<Entry> attached(List<Entry> entries, String id, String groupId) {
    Entry entry =
        entries.stream()
            .filter(one -> id.equals(one.id))
            .findFirst()
            .orElseThrow(MappingEndpoint::unknown);
    if (!entry.orphaned && !entry.groupId.equals(groupId)) {
      throw ApiError.form(
          "form_param_value_invalid",
          "is invalid",
          MappingFields.SCIM_GROUP,
          MappingFields.SCIM_GROUP
              + " can be given to a mapping whose group is gone; this one has "
              + ApiError.quote(entry.groupId)
              + ".");
    }
    if (entry.orphaned) {
      checkFree(entries, groupId);
    }
    entries.replaceAll(
        one -> id.equals(one.id) ? new Entry(id, groupId, false, entry.roleId) : one);
    return entries;
  }

  private Optional<Changed> change(Place place, Edit edit) {
    return transactions.change(
        change -> {
          RoleRecords.hold(change);
          DirectoryQueue.enterAlone(change, place.directoryId);
          return ConnectionViews.DIRECTORIES
              .lock(change, place.directoryId)
              .map(directory -> change(change, place, directory, edit));
        });
  }

  private Changed change(Change change, Place place, Spelled directory, Edit edit) {
    String directoryId = place.directoryId;
    String organization = organization(change, directoryId, directory);
    checkVersion(change, place);
    var before = new Spelled(list(change::execute, directoryId).page());
    List<Entry> was = rows.read(change, directoryId);
    List<Entry> is = edit.apply(new ArrayList<>(was));
    if (is.size() > COUNT_MAX) {
      throw ApiError.parameter(
          "form_param_value_too_large",
          "is too large",
          MappingEndpoint.MAPPINGS,
          "A directory may map " + COUNT_MAX + " groups, would map " + is.size() + ".");
    }
    rows.write(change, directoryId, organization, was, is);
    change.execute(COUNT, Tuple.of(directoryId));
    Set<String> groups = new HashSet<>();
    was.stream().map(Entry::groupId).forEach(groups::add);
    is.stream().map(Entry::groupId).forEach(groups::add);
    DirectoryHold.checkLocalOwner(change, List.of(organization));
    List<AuditEntry> lines =
        new ArrayList<>(recompute.ofGroups(change, directoryId, groups, place.origin));
    var after = new Spelled(list(change::execute, directoryId).page());
    String action = "directory.update_group_role_mappings";
    lines.addFirst(place.origin.entry(action, directoryId, before.text(), after.text()));
    return new Changed(after, change.record(lines));
  }

  private static void checkVersion(Change change, Place place) {
    Tuple one = Tuple.of(place.directoryId);
    long version = change.execute(VERSION, one).iterator().next().getLong("mapping_version");
    if (place.ifMatch != null && !EntityTags.names(place.ifMatch, version)) {
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
}
