package io.tollgate.management.connection;

import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.connection.ConnectionLog.Channel;
import io.tollgate.management.connection.ConnectionLog.Entry;
import io.tollgate.management.connection.ConnectionLog.Outcome;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What users had where their directory has written something else, though nobody has told anything
 * new of them: the audit keeps it, and the log of the connection tells whose it was where it may
 * have been set by hand. Confined to one change.
 */
final class Overwrites {
  /** Of one change; of more the log tells how many. */
  static final int LOGGED_MAX = 50;

  /** So long a line of the audit may be, but for the last user in it. */
  private static final int LINE_CHARS_MAX = 64 * 1024;

  private static final String NEXT =
      "Nothing where the directory is right; else change it in the identity provider. The audit"
          + " has what was there.";

  private final Map<String, JsonObject> attributes = new LinkedHashMap<>();
  private final List<String> whoseRoles = new ArrayList<>();

  /** Adds what a user had; nothing where it is empty. */
  void add(String userId, JsonObject was) {
    if (!was.isEmpty()) {
      attributes.put(userId, was);
    }
  }

  /** Adds members who had another role, which the audit has already. */
  void add(List<RoleChange> changed) {
    for (RoleChange role : changed) {
      if (role.before() != null && !role.before().equals(role.after())) {
        whoseRoles.add(role.userId());
      }
    }
  }

  /** Returns lines of the audit. */
  List<AuditEntry> lines(Origin origin, String directoryId) {
    List<AuditEntry> lines = new ArrayList<>();
    var users = new JsonArray();
    int chars = 0;
    for (Map.Entry<String, JsonObject> each : attributes.entrySet()) {
      JsonObject user = new JsonObject().put("user_id", each.getKey()).mergeIn(each.getValue());
      users.add(user);
      chars += user.encode().length();
      if (chars >= LINE_CHARS_MAX) {
        lines.add(line(origin, directoryId, users));
        users = new JsonArray();
        chars = 0;
      }
    }
    if (!users.isEmpty()) {
      lines.add(line(origin, directoryId, users));
    }
    return lines;
  }

  private static AuditEntry line(Origin origin, String directoryId, JsonArray users) {
    String before = new JsonObject().put("users", users).encode();
    return origin.entry("directory.overwrite", directoryId, before, null);
  }

  /** Writes into the log of the connection whose edits by hand count no more. */
  void log(Change change, String connectionId) {
    List<Entry> entries = new ArrayList<>();
    Map<String, List<String>> all = members();
    for (Map.Entry<String, List<String>> each : all.entrySet()) {
      if (entries.size() == LOGGED_MAX) {
        int more = all.size() - LOGGED_MAX;
        entries.add(entry(connectionId, null, "The same is so of " + more + " more users."));
        break;
      }
      String message =
          "What was changed by hand while the directory was off is written over: "
              + String.join(", ", each.getValue())
              + ".";
      entries.add(entry(connectionId, each.getKey(), message));
    }
    ConnectionLog.insert(change, entries);
  }

  /** Names only: what stood there is in the audit. */
  private Map<String, List<String>> members() {
    Map<String, List<String>> members = new LinkedHashMap<>();
    whoseRoles.forEach(user -> named(members, user).add("role"));
    attributes.forEach(
        (user, was) -> {
          for (String member : was.fieldNames()) {
            if (was.getValue(member) instanceof JsonObject keys) {
              keys.fieldNames().forEach(key -> named(members, user).add(member + "." + key));
            } else {
              named(members, user).add(member);
            }
          }
        });
    return members;
  }

  private static List<String> named(Map<String, List<String>> members, String userId) {
    return members.computeIfAbsent(userId, absent -> new ArrayList<>());
  }

  private static Entry entry(String connectionId, @Nullable String userId, String message) {
    JsonObject detail = new JsonObject().put("message", message).put("next", NEXT);
    String code = "scim_edit_overwritten";
    return new Entry(connectionId, Channel.SCIM, code, Outcome.WARNING, userId, detail, null);
  }
}
