package io.tollgate.management.object;

import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An object after a change, and the change that made it so.
 *
 * @param object as it was, where it is gone
 */
public record Changed(Spelled object, Change.Recorded change) {
  /** Ends the change that made an object. */
  public static Changed created(Change change, Origin origin, String action, Spelled after) {
    return record(change, origin, action, null, after, after);
  }

  public static Changed updated(
      Change change, Origin origin, String action, Spelled before, Spelled after) {
    return record(change, origin, action, before, after, after);
  }

  /**
   * Ends the change of an object that made others another, too.
   *
   * @param others the lines of the audit that tell of them
   */
  public static Changed updated(
      Change change,
      Origin origin,
      String action,
      Spelled before,
      Spelled after,
      List<AuditEntry> others) {
    List<AuditEntry> lines = new ArrayList<>();
    lines.add(origin.entry(action, after.member("id"), before.text(), after.text()));
    lines.addAll(others);
    return new Changed(after, change.record(lines));
  }

  public static Changed deleted(Change change, Origin origin, String action, Spelled before) {
    return record(change, origin, action, before, null, before);
  }

  /**
   * Ends the change that removed an object, and other things with it.
   *
   * @param others the lines of the audit that tell of them
   */
  public static Changed deleted(
      Change change, Origin origin, String action, Spelled before, List<AuditEntry> others) {
    List<AuditEntry> lines = new ArrayList<>(others);
    lines.add(origin.entry(action, before.member("id"), before.text(), null));
    return new Changed(before, change.record(lines));
  }

  private static Changed record(
      Change change,
      Origin origin,
      String action,
      @Nullable Spelled before,
      @Nullable Spelled after,
      Spelled object) {
    @Nullable String was = before == null ? null : before.text();
    @Nullable String is = after == null ? null : after.text();
    return new Changed(object, change.record(origin.entry(action, object.member("id"), was, is)));
  }
}
