package io.tollgate.management.connection;

import io.tollgate.access.Subject;
import io.tollgate.management.audit.Change;
import io.tollgate.management.object.WordId;
import io.tollgate.management.role.DirectoryHold;
import io.tollgate.management.role.MemberRoles;
import io.tollgate.management.role.RoleRecords;
import io.tollgate.management.wire.ApiError;
import io.tollgate.store.RecordName;
import io.tollgate.store.StoredRecord;
import io.tollgate.store.SubjectRecord;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes roles of groups: a member has the role of the first mapping whose group holds him, else the
 * default one of his organization, or none and is no member, as the directory says. Always told
 * anew from what is there, so that in whichever order changes come, the last has all in it. Safe
 * for all virtual threads.
 */
public final class RoleResolution {
  /** How many users one change tells; more are told later, some at a time. */
  public static final int AT_ONCE_MAX = 5_000;

  /** Stands for the mapping that tells a role where the default role was given. */
  public static final String DEFAULT = "default";

  /**
   * A row for each active user of the directory, and what he is to be; without a role he is to be
   * no member. Each is looked up by himself: after an import Postgres knows too little of what
   * there is to plan for many at once, and would walk over all members for each.
   */
  private static final String TOLD =
      """
      SELECT u.id AS user_id, o.role_set_id, m.role_set_id AS was_in, m.role_id AS was,
        m.mapped_by, m.manual_role_id, coalesce(won.id, 'default') AS told_by,
        coalesce(won.role_id, kept.role_id, CASE WHEN NOT (d.group_role_mapping_enabled
          AND d.membership_requires_mapped_group) THEN s.default_role_id END) AS role_id
      FROM tollgate.directory d
      JOIN tollgate.organization o ON o.id = d.organization_id
      JOIN tollgate.role_set s ON s.id = o.role_set_id
      CROSS JOIN unnest($2::text[]) wanted (id)
      JOIN LATERAL (
        SELECT a.id FROM tollgate.app_user a
        WHERE a.id = wanted.id AND a.directory_id = d.id AND a.active LIMIT 1
      ) u ON true
      LEFT JOIN LATERAL (
        SELECT e.role_set_id, e.role_id, e.mapped_by, e.manual_role_id FROM tollgate.membership e
        WHERE e.organization_id = o.id AND e.user_id = u.id LIMIT 1
      ) m ON true
      LEFT JOIN tollgate.role_set_role kept ON NOT d.group_role_mapping_enabled
        AND kept.role_set_id = o.role_set_id AND kept.role_id = m.manual_role_id
      LEFT JOIN LATERAL (
        SELECT g.id, g.role_id FROM tollgate.group_role_mapping g
        JOIN tollgate.role_set_role i ON i.role_set_id = o.role_set_id AND i.role_id = g.role_id
        JOIN tollgate.scim_user p ON p.directory_id = d.id AND p.user_id = u.id
        JOIN tollgate.scim_group_member gm ON gm.directory_id = d.id
          AND gm.group_id = g.group_id AND gm.scim_user_id = p.id
        WHERE g.directory_id = d.id ORDER BY g.precedence LIMIT 1
      ) won ON d.group_role_mapping_enabled
      WHERE d.id = $1
      ORDER BY u.id COLLATE "C"
      """;

  /** Of them those whose role would lack something that the one before holds. */
  private static final String LOSING =
      "SELECT told.user_id FROM ("
          + TOLD
          + """
          ) told WHERE told.was IS NOT NULL AND (told.role_id IS NULL OR EXISTS (
            SELECT permission_id FROM tollgate.role_permission WHERE role_id = told.was
            EXCEPT
            SELECT permission_id FROM tollgate.role_permission WHERE role_id = told.role_id))
          """;

  private static final String INSERT =
      """
      INSERT INTO tollgate.membership (
        id, organization_id, user_id, role_set_id, role_id, mapped_by)
      SELECT i, $1, u, $2, r, m
      FROM unnest($3::text[], $4::text[], $5::text[], $6::text[]) new (i, u, r, m)
      """;

  /** An empty text is null. */
  private static final String UPDATE =
      """
      UPDATE tollgate.membership t SET role_set_id = $2, role_id = n.r,
        mapped_by = nullif(n.m, ''), manual_role_id = nullif(n.h, ''), updated_at = now()
      FROM (
        SELECT known.id, told.* FROM unnest($3::text[], $4::text[], $5::text[], $6::text[])
          told (u, r, m, h)
        JOIN LATERAL (
          SELECT e.id FROM tollgate.membership e
          WHERE e.organization_id = $1 AND e.user_id = told.u LIMIT 1
        ) known ON true
      ) n
      WHERE t.id = n.id
      """;

  private static final String DELETE =
      """
      DELETE FROM tollgate.membership t USING (
        SELECT known.id FROM unnest($2::text[]) gone (u)
        JOIN LATERAL (
          SELECT e.id FROM tollgate.membership e
          WHERE e.organization_id = $1 AND e.user_id = gone.u LIMIT 1
        ) known ON true
      ) n
      WHERE t.id = n.id
      """;

  private final RandomGenerator random;
  private final int atOnceMax;

  /** What is known of a directory while it is held. */
  private record Held(@Nullable String organizationId, boolean isEnabled, boolean isMapping) {
    boolean tells() {
      return isEnabled && organizationId != null;
    }
  }

  /**
   * What a user is to be; a role given by hand is remembered while groups tell.
   *
   * @param roleId null where he is to be no member
   * @param isTaken whether he was a member already, by hand
   */
  private record Told(
      String userId,
      String roleSetId,
      @Nullable String roleId,
      @Nullable String before,
      @Nullable String mappedBy,
      @Nullable String manualRoleId,
      boolean isTaken) {}

  /** What is to be done for all. Confined to its change. */
  private static final class Resolved {
    private final List<Told> added = new ArrayList<>();
    private final List<Told> changed = new ArrayList<>();
    private final List<Told> removed = new ArrayList<>();

    void add(Row row, boolean joins, boolean isMapping) {
      boolean isMember = row.getString("was") != null;
      if (row.getString("role_id") == null) {
        if (isMember) {
          removed.add(told(row, null, null));
        }
      } else if (isMember) {
        told(row, isMapping).ifPresent(changed::add);
      } else if (joins || isMapping) {
        added.add(told(row, row.getString("told_by"), null));
      }
    }

    Stream<Told> all() {
      return Stream.of(added, changed, removed).flatMap(List::stream);
    }
  }

  /** Makes it; ids of memberships are made of what is random. */
  public RoleResolution(RandomGenerator random) {
    this(random, AT_ONCE_MAX);
  }

  /** Makes one of which a change tells so many users at most. */
  RoleResolution(RandomGenerator random, int atOnceMax) {
    this.random = random;
    this.atOnceMax = atOnceMax;
  }

  int atOnceMax() {
    return atOnceMax;
  }

  /**
   * Keeps roles, and what this directory makes of groups, as they are until the change has ended.
   * To be the first that a change does which writes into a directory: whoever has locked a user
   * before would wait for whom waits for him.
   */
  public void hold(Change change, String directoryId) {
    RoleRecords.hold(change);
    DirectoryQueue.enter(change, directoryId);
    change.execute("SELECT FROM tollgate.directory WHERE id = $1 FOR SHARE", Tuple.of(directoryId));
  }

  /** Returns what a directory is that is held, or that the change is alone with. */
  private static Optional<Held> held(Change change, String directoryId) {
    String sql =
        "SELECT organization_id, enabled, group_role_mapping_enabled FROM tollgate.directory"
            + " WHERE id = $1";
    for (Row row : change.execute(sql, Tuple.of(directoryId))) {
      return Optional.of(
          new Held(
              row.getString("organization_id"),
              row.getBoolean("enabled"),
              row.getBoolean("group_role_mapping_enabled")));
    }
    return Optional.empty();
  }

  /**
   * Makes users members of the directory's organization who are none, of the role that their groups
   * tell, and gives those who are one theirs, or ends their membership. To be called wherever a
   * user comes to be active, or the directory's, where it is held.
   *
   * @return what has changed, for the audit
   * @throws ApiError if the last one would be taken over who could run the organization without the
   *     directory
   */
  public List<RoleChange> join(Change change, String directoryId, Collection<String> userIds) {
    return resolve(change, directoryId, userIds, true);
  }

  /**
   * Gives users the roles that their groups tell. Nothing changes where the directory is disabled
   * or maps no groups, but that a role comes back that was given by hand before it did. To be
   * called after each change of what groups hold, with all whom it concerns, where the directory is
   * held or its row is locked; where they are very many, {@link Demotions} is to be asked after it.
   *
   * @param userIds of users, not of their SCIM resources; those who are not active are passed over
   * @return what has changed, for the audit
   */
  public List<RoleChange> apply(Change change, String directoryId, Collection<String> userIds) {
    return resolve(change, directoryId, userIds, false);
  }

  private List<RoleChange> resolve(
      Change change, String directoryId, Collection<String> userIds, boolean joins) {
    Optional<Held> held = held(change, directoryId).filter(Held::tells);
    if (held.isEmpty() || userIds.isEmpty()) {
      return List.of();
    }
    if (userIds.size() > atOnceMax) {
      Recompute.later(change, directoryId);
      return List.of();
    }
    String organization = Objects.requireNonNull(held.get().organizationId, "it tells");
    // Before they are read: who changes the groups of the same user waits, and sees this change.
    Map<RecordName, StoredRecord> records =
        change.lockOrPut(
            userIds.stream().map(RoleResolution::name).toList(), SubjectRecord.DEFAULTS);
    var told = new Resolved();
    Tuple parameters = Tuple.of(directoryId).addArrayOfString(userIds.toArray(String[]::new));
    for (Row row : change.execute(TOLD, parameters)) {
      told.add(row, joins, held.get().isMapping);
    }
    insert(change, organization, told.added);
    update(change, organization, told.changed);
    delete(change, organization, told.removed);
    if (joins && told.all().anyMatch(Told::isTaken)) {
      DirectoryHold.checkLocalOwner(change, List.of(organization));
    }
    List<Told> all = told.all().toList();
    mirror(change, organization, records, all);
    return all.stream().map(each -> change(organization, each)).toList();
  }

  /** Returns those whose role would lack something that the one before holds. */
  List<String> losing(Change change, String directoryId, Collection<String> userIds) {
    Tuple parameters = Tuple.of(directoryId).addArrayOfString(userIds.toArray(String[]::new));
    return change.execute(LOSING, parameters).stream()
        .map(row -> row.getString("user_id"))
        .toList();
  }

  private static RecordName name(String userId) {
    return RecordName.subject(new Subject(userId));
  }

  /** Returns what a member is to be, where it is not what he is. */
  private static Optional<Told> told(Row row, boolean isMapping) {
    @Nullable String mappedBy = row.getString("mapped_by");
    @Nullable String manual = row.getString("manual_role_id");
    if (!isMapping) {
      return manual == null ? Optional.empty() : Optional.of(told(row, null, null));
    }
    boolean isSame =
        row.getString("told_by").equals(mappedBy)
            && row.getString("role_id").equals(row.getString("was"))
            && row.getString("role_set_id").equals(row.getString("was_in"));
    return isSame
        ? Optional.empty()
        : Optional.of(
            told(row, row.getString("told_by"), mappedBy == null ? row.getString("was") : manual));
  }

  private static Told told(Row row, @Nullable String mappedBy, @Nullable String manualRoleId) {
    return new Told(
        row.getString("user_id"),
        row.getString("role_set_id"),
        row.getString("role_id"),
        row.getString("was"),
        mappedBy,
        manualRoleId,
        row.getString("was") != null && row.getString("mapped_by") == null);
  }

  private void insert(Change change, String organizationId, List<Told> added) {
    if (!added.isEmpty()) {
      change.execute(
          INSERT,
          Tuple.of(organizationId, added.getFirst().roleSetId)
              .addArrayOfString(texts(added, told -> WordId.make("orgmem_", random)))
              .addArrayOfString(texts(added, Told::userId))
              .addArrayOfString(texts(added, Told::roleId))
              .addArrayOfString(texts(added, Told::mappedBy)));
    }
  }

  private static void update(Change change, String organizationId, List<Told> changed) {
    if (!changed.isEmpty()) {
      change.execute(
          UPDATE,
          Tuple.of(organizationId, changed.getFirst().roleSetId)
              .addArrayOfString(texts(changed, Told::userId))
              .addArrayOfString(texts(changed, Told::roleId))
              .addArrayOfString(texts(changed, Told::mappedBy))
              .addArrayOfString(texts(changed, Told::manualRoleId)));
    }
  }

  /** Of somebody whom no mapped group holds any more; what was noted of his membership goes too. */
  private static void delete(Change change, String organizationId, List<Told> removed) {
    if (!removed.isEmpty()) {
      change.execute(
          DELETE, Tuple.of(organizationId).addArrayOfString(texts(removed, Told::userId)));
    }
  }

  private static String[] texts(List<Told> all, Function<Told, @Nullable String> text) {
    return all.stream()
        .map(told -> Objects.requireNonNullElse(text.apply(told), ""))
        .toArray(String[]::new);
  }

  /** Writes the roles into the records of their users, which bound their keys. */
  private static void mirror(
      Change change, String organizationId, Map<RecordName, StoredRecord> records, List<Told> all) {
    Map<RecordName, SubjectRecord> mirrored = new HashMap<>();
    for (Told told : all) {
      var before = (SubjectRecord) Objects.requireNonNull(records.get(name(told.userId)), "locked");
      mirrored.put(
          name(told.userId),
          told.roleId == null
              ? MemberRoles.withoutRole(before, organizationId)
              : MemberRoles.withRole(before, organizationId, told.roleId));
    }
    if (!mirrored.isEmpty()) {
      change.put(mirrored);
    }
  }

  private static RoleChange change(String organizationId, Told told) {
    return new RoleChange(organizationId, told.userId, told.before, told.roleId, told.mappedBy);
  }
}
