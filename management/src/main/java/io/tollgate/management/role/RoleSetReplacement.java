package io.tollgate.management.role;

import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.wire.ApiError;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Puts a role in the place of another in a role set, or a role set in the place of another, whoever
 * has it: first it is made sure that nobody is left without a role, then members are moved, some at
 * a time, and at last what nobody has is taken away. Where it breaks off, some are moved and some
 * are not, and the call may be repeated. Safe for all virtual threads.
 */
final class RoleSetReplacement {
  static final String ROLE = "role_key";
  static final String TO_ROLE = "to_role_key";
  static final String DESTINATION = "dest_role_set_key";
  static final String MAPPINGS = "reassignment_mappings";

  /** How many organizations one change moves. */
  static final int ORGANIZATIONS_AT_ONCE = 500;

  private static final ObjectView VIEW = ObjectViews.ROLE_SETS;

  private static final String MOVE_ORGANIZATIONS =
      """
      UPDATE tollgate.organization o SET role_set_id = $2, updated_at = now() FROM (
        SELECT id FROM tollgate.organization
        WHERE role_set_id = $1 ORDER BY id LIMIT $3 FOR NO KEY UPDATE
      ) next
      WHERE o.id = next.id RETURNING o.id
      """;

  private final Transactions transactions;
  private final MemberMoves moves;
  private final RandomGenerator random;

  RoleSetReplacement(Transactions transactions, MemberMoves moves, RandomGenerator random) {
    this.transactions = transactions;
    this.moves = moves;
    this.random = random;
  }

  /** Members of one role are to have another, of the same role set. */
  private record RolePlan(Turn turn, RoleInSet from, RoleInSet to) {}

  /**
   * Puts a role of a role set in the place of another one of it; it is added where it is not there.
   * Empty where the role set does not have what is to be replaced.
   *
   * @throws ApiError where there is no such role set
   */
  Optional<Changed> replaceRole(String keyOrId, String roleKey, String toRoleKey, Origin origin) {
    Optional<RolePlan> begun =
        transactions.change(change -> planRole(change, keyOrId, roleKey, toRoleKey, origin));
    if (begun.isEmpty()) {
      return Optional.empty();
    }
    RolePlan plan = begun.get();
    Optional<Changed> done = Optional.empty();
    while (done.isEmpty()) {
      moves.all(plan.turn, plan.from, plan.to, origin);
      done = transactions.change(change -> removeRole(change, plan, origin));
    }
    return done;
  }

  private Optional<RolePlan> planRole(
      Change change, String keyOrId, String roleKey, String toRoleKey, Origin origin) {
    RoleRecords.lock(change);
    String set = RoleSetRegistry.find(change, keyOrId).orElseThrow(RoleSetEndpoint::unknown);
    String to =
        RoleSetRegistry.roles(change, TO_ROLE, List.of(toRoleKey)).values().iterator().next();
    Map<String, String> roles = RoleSetRegistry.roles(change, set);
    @Nullable String from = roles.get(roleKey);
    if (from == null) {
      return Optional.empty();
    }
    if (from.equals(to)) {
      throw invalid(TO_ROLE, "must be another role than " + ROLE);
    }
    checkCreator(change, set, from, to);
    Turn turn = Turn.take(change, random, Set.of(set));
    MappedRoles.move(change, set, Map.of(from, to));
    if (!roles.containsValue(to)) {
      Spelled before = VIEW.get(change::execute, set);
      RoleSetRegistry.add(change, set, List.of(to));
      Spelled after = VIEW.get(change::execute, set);
      Changed.updated(change, origin, "role_set.add_roles", before, after);
    }
    return Optional.of(new RolePlan(turn, new RoleInSet(set, from), new RoleInSet(set, to)));
  }

  /** Who makes an organization must be able to run it, whatever takes his role's place. */
  private static void checkCreator(Change change, String set, String from, String to) {
    if (RoleInSet.ofCreator(change, set).roleId().equals(from)) {
      RoleRecords.checkCreator(change, to);
    }
  }

  /** Returns empty where somebody has come to have the role meanwhile. */
  private static Optional<Changed> removeRole(Change change, RolePlan plan, Origin origin) {
    String set = plan.from.roleSetId();
    String choose =
        "UPDATE tollgate.role_set SET updated_at = now(),"
            + " default_role_id = CASE default_role_id WHEN $2 THEN $3 ELSE default_role_id END,"
            + " creator_role_id = CASE creator_role_id WHEN $2 THEN $3 ELSE creator_role_id END"
            + " WHERE id = $1";
    String remove = "DELETE FROM tollgate.role_set_role WHERE role_set_id = $1 AND role_id = $2";
    RoleRecords.lock(change);
    plan.turn.renew(change);
    if (plan.from.isHeld(change)) {
      return Optional.empty();
    }
    Spelled before = VIEW.get(change::execute, set);
    checkCreator(change, set, plan.from.roleId(), plan.to.roleId());
    change.execute(choose, Tuple.of(set, plan.from.roleId(), plan.to.roleId()));
    change.execute(remove, Tuple.of(set, plan.from.roleId()));
    plan.turn.end(change);
    Spelled after = VIEW.get(change::execute, set);
    return Optional.of(Changed.updated(change, origin, "role_set.replace_role", before, after));
  }

  /**
   * One role set is to take the place of another.
   *
   * @param roles by each role of the one that of the other; those that nobody has may be missing
   */
  private record SetPlan(Turn turn, String from, String to, Map<String, String> roles) {}

  /**
   * Puts a role set in the place of another one, which is gone then. Empty where there is none.
   *
   * @param mappings keys of roles: who has the first is to have the second
   */
  Optional<Changed> replace(
      String keyOrId, String destinationKey, Map<String, String> mappings, Origin origin) {
    Optional<SetPlan> begun =
        transactions.change(change -> planSet(change, keyOrId, destinationKey, mappings));
    if (begun.isEmpty()) {
      return Optional.empty();
    }
    SetPlan plan = begun.get();
    Optional<Changed> done = Optional.empty();
    while (done.isEmpty()) {
      boolean isMore = true;
      while (isMore) {
        isMore = transactions.change(change -> moveOrganizations(change, plan, origin));
      }
      plan.roles.forEach(
          (from, to) ->
              moves.all(
                  plan.turn, new RoleInSet(plan.from, from), new RoleInSet(plan.to, to), origin));
      done = transactions.change(change -> removeSet(change, plan, origin));
    }
    return done;
  }

  private Optional<SetPlan> planSet(
      Change change, String keyOrId, String destinationKey, Map<String, String> mappings) {
    RoleRecords.lock(change);
    Optional<String> from = RoleSetRegistry.find(change, keyOrId);
    if (from.isEmpty()) {
      return Optional.empty();
    }
    String to =
        RoleSetRegistry.find(change, destinationKey)
            .orElseThrow(() -> Fields.missing(DESTINATION, destinationKey));
    if (from.get().equals(to)) {
      throw invalid(DESTINATION, "must be the key of another role set");
    }
    Map<String, String> roles = mapped(change, from.get(), to, mappings);
    refuseUnmapped(change, from.get(), roles);
    Turn turn = Turn.take(change, random, Set.of(from.get(), to));
    MappedRoles.move(change, from.get(), roles);
    return Optional.of(new SetPlan(turn, from.get(), to, roles));
  }

  /** A role that both role sets have stays what it is, unless another one is named for it. */
  private static Map<String, String> mapped(
      Change change, String from, String to, Map<String, String> mappings) {
    Map<String, String> ours = RoleSetRegistry.roles(change, from);
    Map<String, String> theirs = RoleSetRegistry.roles(change, to);
    Map<String, String> roles = new HashMap<>();
    ours.values().stream().filter(theirs::containsValue).forEach(id -> roles.put(id, id));
    mappings.forEach(
        (key, toKey) -> {
          @Nullable String id = ours.get(key);
          @Nullable String toId = theirs.get(toKey);
          if (id == null || toId == null) {
            throw ApiError.form(
                "organization_role_set_reassignment_mappings_invalid",
                "Reassignment mappings invalid",
                MAPPINGS,
                MAPPINGS
                    + " must lead from roles of the role set to roles of the one that takes its"
                    + " place, led from "
                    + ApiError.quote(key)
                    + " to "
                    + ApiError.quote(toKey)
                    + ".");
          }
          roles.put(id, toId);
        });
    return roles;
  }

  private static void refuseUnmapped(Change change, String from, Map<String, String> roles) {
    RoleSetRegistry.roles(change, from)
        .forEach(
            (key, id) -> {
              var role = new RoleInSet(from, id);
              if (!roles.containsKey(id)
                  && (role.isHeld(change) || MappedRoles.isMapped(change, role))) {
                throw unmapped(key);
              }
            });
  }

  static ApiError unmapped(String roleKey) {
    return ApiError.form(
        "organization_role_set_reassignment_mappings_missing",
        "Reassignment mappings missing",
        MAPPINGS,
        "Members have the role "
            + roleKey
            + ", which the other role set does not have; "
            + MAPPINGS
            + " must say which one they are to have.");
  }

  /** First, so that no member comes to the old role set any more. Returns whether more may be. */
  private static boolean moveOrganizations(Change change, SetPlan plan, Origin origin) {
    RoleRecords.hold(change);
    plan.turn.renew(change);
    Tuple parameters = Tuple.of(plan.from, plan.to, ORGANIZATIONS_AT_ONCE);
    List<String> moved =
        change.execute(MOVE_ORGANIZATIONS, parameters).stream()
            .map(row -> row.getString("id"))
            .toList();
    if (moved.isEmpty()) {
      return false;
    }
    JsonObject told = new JsonObject().put("organization_ids", moved);
    String before = told.copy().put("role_set_id", plan.from).encode();
    String after = told.copy().put("role_set_id", plan.to).encode();
    change.record(origin.entry("role_set.move_organizations", plan.from, before, after));
    return true;
  }

  /** Returns empty where somebody has come to the role set meanwhile. */
  private static Optional<Changed> removeSet(Change change, SetPlan plan, Origin origin) {
    String used =
        "SELECT WHERE EXISTS (SELECT FROM tollgate.organization WHERE role_set_id = $1)"
            + " OR EXISTS (SELECT FROM tollgate.membership WHERE role_set_id = $1)";
    RoleRecords.lock(change);
    plan.turn.renew(change);
    refuseUnmapped(change, plan.from, plan.roles);
    if (change.execute(used, Tuple.of(plan.from)).rowCount() > 0) {
      return Optional.empty();
    }
    Spelled before = VIEW.get(change::execute, plan.from);
    Tuple from = Tuple.of(plan.from);
    change.execute("DELETE FROM tollgate.role_set_role WHERE role_set_id = $1", from);
    boolean isInitial = before.member("type").equals("initial");
    change.execute("DELETE FROM tollgate.role_set WHERE id = $1", from);
    if (isInitial) {
      String begin =
          "UPDATE tollgate.role_set SET initial = true, updated_at = now() WHERE id = $1";
      change.execute(begin, Tuple.of(plan.to));
    }
    plan.turn.end(change);
    return Optional.of(Changed.deleted(change, origin, "role_set.replace", before));
  }

  private static ApiError invalid(String member, String expected) {
    return ApiError.parameter(
        "form_param_value_invalid", "is invalid", member, member + " " + expected + ".");
  }
}
