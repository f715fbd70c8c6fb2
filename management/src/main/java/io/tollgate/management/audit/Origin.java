package io.tollgate.management.audit;

import io.tollgate.management.wire.Actor;
import io.tollgate.management.wire.RequestId;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * Where a change comes from, as the audit tells it.
 *
 * @param actor who asked for it
 * @param requestId the request that did
 */
public record Origin(String actor, String requestId) {
  public static Origin of(RoutingContext exchange) {
    return new Origin(Actor.of(exchange).name(), RequestId.of(exchange));
  }

  /**
   * Returns a line of the audit.
   *
   * @param before JSON, without secret or digest; null where the object did not exist
   * @param after the same, where it does not exist any more
   */
  public AuditEntry entry(
      String action, String object, @Nullable String before, @Nullable String after) {
    return new AuditEntry(actor, requestId, action, object, before, after);
  }
}
