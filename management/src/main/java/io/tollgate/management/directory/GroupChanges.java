package io.tollgate.management.directory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.connection.RoleChange;
import io.tollgate.management.connection.RoleResolution;
import io.tollgate.management.scim.DocumentStep;
import io.tollgate.management.scim.Members;
import io.tollgate.management.scim.MembersStep;
import io.tollgate.management.scim.PatchStep;
import io.tollgate.management.scim.ScimDocument;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of groups when their directory tells of them, and of the roles of whoever is in
 * them, in the same change. Safe for all virtual threads.
 */
final class GroupChanges {
  /** How many members a line of the audit names; of more it tells how many. */
  private static final int NAMED_MAX = 1_000;

  /** How many members' roles are told by lines of their own. */
  private static final int LINES_MAX = 20;

  private final Holding holding;
  private final RoleResolution roles;
  private final RandomGenerator random;

  GroupChanges(Holding holding, RoleResolution roles, RandomGenerator random) {
    this.holding = holding;
    this.roles = roles;
    this.random = random;
  }

  /** Whom a change has brought in, and whom it has taken out. */
  private record Moves(GroupMembers.Moved in, GroupMembers.Moved out) {
    static final Moves NONE = new Moves(GroupMembers.Moved.NONE, GroupMembers.Moved.NONE);

    Moves and(Moves other) {
      return new Moves(in.and(other.in), out.and(other.out));
    }

    boolean isNothing() {
      return in.ids().isEmpty() && out.ids().isEmpty();
    }

    List<String> userIds() {
      return in.and(out).userIds().stream().distinct().toList();
    }
  }

  GroupRow create(Asked asked, ScimDocument document, Members members) {
    String directoryId = asked.directory().directoryId();
    String id = new UUID(random.nextLong(), random.nextLong()).toString();
    return holding
        .change(
            asked,
            change -> {
              GroupRow row =
                  Conflicts.told(
                      document, () -> GroupRows.insert(change, directoryId, id, document));
              asked.noted().resourceId(id);
              GroupRows.warnOfNamesake(change, directoryId, id, document, asked.noted());
              var in =
                  Conflicts.joined(() -> new GroupMembers(change, directoryId, id).add(members));
              var moves = new Moves(in, GroupMembers.Moved.NONE);
              String told = told(document.json(), moves);
              // A new group is in no list of mappings yet, so nobody's role hangs on it.
              return Holding.Done.created(
                  change, row, List.of(asked.origin().entry("scim_group.create", id, null, told)));
            })
        .object();
  }

  /** Puts a document, and members, in the place of those that there are. */
  GroupRow replace(Asked asked, String id, ScimDocument document, Members wanted) {
    return update(
        asked,
        id,
        before -> document,
        members -> {
          GroupMembers.Moved out = members.removeOthers(wanted);
          return new Moves(members.add(wanted), out);
        });
  }

  /** Applies steps in their order. Members are never in the document, so they come after it. */
  GroupRow patch(Asked asked, String id, List<PatchStep> steps) {
    return update(
        asked,
        id,
        before -> ScimDocument.ofGroup(patched(before, steps)),
        members -> {
          Moves moves = Moves.NONE;
          for (PatchStep step : steps) {
            if (step instanceof MembersStep membersStep) {
              moves = moves.and(applied(members, membersStep));
            }
          }
          return moves;
        });
  }

  /** Returns a copy of a document after the steps that are of it. */
  static ObjectNode patched(ObjectNode before, List<PatchStep> steps) {
    ObjectNode tree = before.deepCopy();
    for (PatchStep step : steps) {
      if (step instanceof DocumentStep documentStep) {
        documentStep.applyTo(tree);
      }
    }
    return tree;
  }

  private static Moves applied(GroupMembers group, MembersStep step) {
    Members members = step.members();
    return switch (step.action()) {
      case ADD -> new Moves(group.add(members), GroupMembers.Moved.NONE);
      case REMOVE -> new Moves(GroupMembers.Moved.NONE, group.remove(members));
      case REPLACE -> {
        GroupMembers.Moved out = group.removeOthers(members);
        yield new Moves(group.add(members), out);
      }
    };
  }

  private GroupRow update(
      Asked asked,
      String id,
      Function<ObjectNode, ScimDocument> edit,
      Function<GroupMembers, Moves> move) {
    return holding.changeGroup(asked, change -> update(change, asked, id, edit, move)).object();
  }

  private Holding.Done<GroupRow> update(
      Change change,
      Asked asked,
      String id,
      Function<ObjectNode, ScimDocument> edit,
      Function<GroupMembers, Moves> move) {
    String directoryId = asked.directory().directoryId();
    GroupRow before =
        GroupRows.lock(change, directoryId, id)
            .orElseThrow(() -> new Holding.Unproven(GroupRows.unknown()));
    asked.noted().resourceId(id);
    boolean isMapped = GroupRows.isMapped(change, directoryId, id);
    Versions.check(asked.ifMatch(), before.version(), isMapped);
    ScimDocument document = edit.apply(before.document());
    Moves moves = Conflicts.joined(() -> move.apply(new GroupMembers(change, directoryId, id)));
    if (moves.isNothing() && document.json().equals(before.document())) {
      return Holding.Done.nothing(change, before);
    }
    GroupRow after =
        Conflicts.told(document, () -> GroupRows.update(change, directoryId, id, document));
    if (!before.document().path("displayName").equals(document.json().path("displayName"))) {
      GroupRows.warnOfNamesake(change, directoryId, id, document, asked.noted());
    }
    List<AuditEntry> lines = new ArrayList<>();
    lines.add(
        asked
            .origin()
            .entry(
                "scim_group.update",
                id,
                told(before.document(), Moves.NONE),
                told(document.json(), moves)));
    if (!moves.isNothing() && isMapped) {
      lines.addAll(resolved(change, asked, moves.userIds()));
    }
    return Holding.Done.changed(change, after, lines, isMapped);
  }

  /** Each line is a change by itself, for which all others wait: so many are told by one. */
  private List<AuditEntry> resolved(Change change, Asked asked, List<String> userIds) {
    String directoryId = asked.directory().directoryId();
    List<RoleChange> changed = roles.apply(change, directoryId, userIds);
    if (changed.size() <= LINES_MAX) {
      return changed.stream().map(role -> role.entry(asked.origin())).toList();
    }
    var before = new JsonArray();
    var after = new JsonArray();
    for (RoleChange role : changed) {
      var user = new JsonObject().put("user_id", role.userId());
      before.add(user.copy().put("role_id", role.before()));
      after.add(user.put("role_id", role.after()).put("mapped_by", role.mappedBy()));
    }
    return List.of(
        asked
            .origin()
            .entry(
                "directory.resolve",
                directoryId,
                new JsonObject().put("members", before).encode(),
                new JsonObject().put("members", after).encode()));
  }

  /** Removes a group; the roles that it gave are told anew by the others. */
  void delete(Asked asked, String id) {
    boolean wasThere = holding.changeGroup(asked, change -> delete(change, asked, id)).object();
    if (!wasThere) {
      throw GroupRows.unknown();
    }
  }

  private Holding.Done<Boolean> delete(Change change, Asked asked, String id) {
    String directoryId = asked.directory().directoryId();
    Optional<GroupRow> found = GroupRows.lockForGood(change, directoryId, id);
    if (found.isEmpty()) {
      return Holding.Done.nothing(change, false);
    }
    asked.noted().resourceId(id);
    boolean isMapped = GroupRows.isMapped(change, directoryId, id);
    Versions.check(asked.ifMatch(), found.get().version(), isMapped);
    GroupMembers.Moved out = new GroupMembers(change, directoryId, id).removeOthers(Members.NONE);
    GroupRows.delete(change, directoryId, id);
    String was = told(found.get().document(), new Moves(GroupMembers.Moved.NONE, out));
    List<AuditEntry> lines = new ArrayList<>();
    lines.add(asked.origin().entry("scim_group.delete", id, was, null));
    if (isMapped) {
      lines.addAll(resolved(change, asked, out.userIds()));
    }
    return Holding.Done.changed(change, true, lines, isMapped);
  }

  private static String told(ObjectNode document, Moves moves) {
    JsonObject told = new JsonObject().put("display_name", document.path("displayName").asText());
    @Nullable String externalId = document.path("externalId").asText(null);
    if (externalId != null) {
      told.put("external_id", externalId);
    }
    name(told, "members_added", moves.in);
    name(told, "members_removed", moves.out);
    return told.encode();
  }

  private static void name(JsonObject told, String member, GroupMembers.Moved moved) {
    if (!moved.ids().isEmpty()) {
      told.put(member + "_count", moved.ids().size());
      told.put(member, new JsonArray(moved.ids().stream().limit(NAMED_MAX).toList()));
    }
  }
}
