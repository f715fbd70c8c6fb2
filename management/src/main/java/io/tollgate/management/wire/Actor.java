package io.tollgate.management.wire;

import io.tollgate.ring.Access;
import io.tollgate.store.KeyRecord;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.Set;

/**
 * Who asks: the holder of a secret key. Immutable.
 *
 * @param name as the audit spells it
 * @param areas what the key opens, as {@link Area} spells it
 * @param expiresAtMillis when it stops, in milliseconds since the epoch, or {@link KeyRecord#NEVER}
 */
public record Actor(String name, Set<String> areas, long expiresAtMillis) {
  /** Whoever holds the key that the deployment was started with. */
  static final Actor ROOT =
      new Actor("secret_key:instance", Set.copyOf(Area.all()), KeyRecord.NEVER);

  private static final String HERE = Actor.class.getName();

  static Actor of(Access access) {
    return new Actor("secret_key:" + access.id(), access.areas(), access.expiresAtMillis());
  }

  /** Returns who asks in this exchange, which has passed the door. */
  public static Actor of(RoutingContext exchange) {
    return Objects.requireNonNull(exchange.get(HERE), "the exchange has not passed the door");
  }

  void enter(RoutingContext exchange) {
    exchange.put(HERE, this);
  }

  /**
   * Refuses what the key does not open.
   *
   * @param changes whether something is to be changed
   */
  Actor checked(Area area, boolean changes) {
    if (!areas.contains(area.text())) {
      throw refusal("The secret key does not open this area: " + area.text() + ".");
    }
    if (changes && areas.contains(Area.READ_ONLY)) {
      throw refusal("The secret key opens this area for reading only.");
    }
    return this;
  }

  private static ApiError refusal(String detail) {
    return new ApiError(403, "authorization_invalid", "Not authorized", detail);
  }
}
