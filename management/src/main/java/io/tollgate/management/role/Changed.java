package io.tollgate.management.role;

import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * An object after a change, and the change that made it so.
 *
 * @param object as it was, where it is gone
 */
record Changed(JsonObject object, Change.Recorded change) {
  /** Ends the change that made an object. */
  static Changed created(Change change, Origin origin, String action, JsonObject after) {
    return record(change, origin, action, null, after, after);
  }

  static Changed updated(
      Change change, Origin origin, String action, JsonObject before, JsonObject after) {
    return record(change, origin, action, before, after, after);
  }

  static Changed deleted(Change change, Origin origin, String action, JsonObject before) {
    return record(change, origin, action, before, null, before);
  }

  private static Changed record(
      Change change,
      Origin origin,
      String action,
      @Nullable JsonObject before,
      @Nullable JsonObject after,
      JsonObject object) {
    @Nullable String was = before == null ? null : before.encode();
    @Nullable String is = after == null ? null : after.encode();
    return new Changed(
        object, change.record(origin.entry(action, object.getString("id"), was, is)));
  }
}
