package io.tollgate.principal;

import io.tollgate.key.Pepper;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The keys that principals are signed with: one a day, derived from the pepper, so that all
 * gateways of a deployment sign with the same and none of it has to be stored or told around.
 *
 * <p>Safe for all threads.
 */
public final class PrincipalKeys {
  /** How long one key signs. */
  static final Duration PERIOD = Duration.ofDays(1);

  /** Periods away from the one that is asked for, whose keys are still kept. */
  private static final long KEPT = 2;

  private final Pepper.Authenticator seeds;

  /** By the number of the period since the epoch; those of the newest pepper first. */
  private final Map<Long, List<SigningKey>> known = new ConcurrentHashMap<>();

  public PrincipalKeys(Pepper pepper) {
    seeds = pepper.authenticator("principal");
  }

  private static long period(long millis) {
    return Math.floorDiv(millis, PERIOD.toMillis());
  }

  private List<SigningKey> of(long period) {
    List<SigningKey> made = known.get(period);
    if (made == null) {
      byte[] label = ("ed25519/" + period).getBytes(StandardCharsets.US_ASCII);
      made = seeds.codes(label).stream().map(SigningKey::of).toList();
      known.put(period, made);
      known.keySet().removeIf(other -> Math.abs(other - period) > KEPT);
    }
    return made;
  }

  /**
   * Signs what is said of a principal, with the key of the time.
   *
   * @param millis the time, in milliseconds since the epoch
   * @return a JWT in compact form
   */
  public String sign(JsonObject claims, long millis) {
    return of(period(millis)).get(0).sign(claims);
  }

  /**
   * Returns the public keys as a JWK set (RFC 7517, 5): those of this period, and of the ones
   * before and after, since clocks differ and sets are cached; of every pepper in use.
   *
   * @param millis the time, in milliseconds since the epoch
   */
  public JsonObject toJwks(long millis) {
    var keys = new JsonArray();
    for (long period = period(millis) - 1; period <= period(millis) + 1; period++) {
      of(period).forEach(key -> keys.add(key.toJwk()));
    }
    return new JsonObject().put("keys", keys);
  }
}
