package io.tollgate.edge;

import io.tollgate.principal.PrincipalKeys;
import io.tollgate.ring.Grant;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Signed principals for upstreams that want more than a header. A signature costs about as much as
 * some requests, so that one is used for all requests of a key for a while; a key whose rights have
 * changed is another grant, and gets another.
 *
 * <p>Confined to the event loop that owns it.
 */
final class Principals {
  /** How long a principal holds. */
  static final Duration LIFETIME = Duration.ofSeconds(60);

  /** How long the same is sent: whoever gets it has the rest of its lifetime to look at it. */
  static final Duration REUSE = Duration.ofSeconds(20);

  /** Principals kept; those not used for longest go. */
  private static final int KEPT_MAX = 4_096;

  private static final int MILLIS = 1_000;
  private static final float LOAD = 0.75f;

  private final PrincipalKeys keys;
  private final LongSupplier millis;
  private final Map<Asked, Signed> kept =
      new LinkedHashMap<>(16, LOAD, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Asked, Signed> eldest) {
          return size() > KEPT_MAX;
        }
      };

  private record Asked(Grant grant, String audience) {}

  private record Signed(String token, long atMillis) {}

  /**
   * Makes the principals of an event loop.
   *
   * @param millis the stores' wall clock, in milliseconds since the epoch
   */
  Principals(PrincipalKeys keys, LongSupplier millis) {
    this.keys = keys;
    this.millis = millis;
  }

  /** Returns who asks, as a JWT for that audience. */
  String of(Grant grant, String audience) {
    long now = millis.getAsLong();
    var asked = new Asked(grant, audience);
    Signed known = kept.get(asked);
    // A clock that was set back must not let one live for longer.
    if (known == null || Math.abs(now - known.atMillis) >= REUSE.toMillis()) {
      known = new Signed(keys.sign(claims(grant, audience, now / MILLIS), now), now);
      kept.put(asked, known);
    }
    return known.token;
  }

  private static JsonObject claims(Grant grant, String audience, long seconds) {
    return new JsonObject()
        .put("iss", "tollgate")
        .put("aud", audience)
        .put("sub", grant.subject().id())
        .put("key_id", grant.id().toString())
        .put("scope", grant.scopes().toString())
        .put("iat", seconds)
        .put("exp", seconds + LIFETIME.toSeconds());
  }
}
