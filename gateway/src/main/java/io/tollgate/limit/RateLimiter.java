package io.tollgate.limit;

import io.tollgate.key.KeyId;
import org.jspecify.annotations.Nullable;

/**
 * The gate that holds each key to the rate limit, within this gateway process.
 *
 * <p>Safe for all threads.
 */
public final class RateLimiter {
  /** The most keys whose state is kept; about 100 bytes each. */
  private static final int KEYS_MAX = 1_000_000;

  private final @Nullable RateLimit limit;
  private final KeyStates states = new KeyStates(KEYS_MAX);
  private final String policy;

  public RateLimiter(LimitConfig config) {
    if (config.requestsPerSecond() == 0) {
      limit = null;
      policy = "";
    } else {
      limit = RateLimit.of(config.requestsPerSecond(), config.burst());
      policy = "\"key\";q=" + limit.burst() + ";w=" + limit.windowSeconds();
    }
  }

  /** Returns whether there is any limit at all. */
  public boolean isLimiting() {
    return limit != null;
  }

  /** Takes a place for one request of the key, if there is one. */
  public Admission admit(KeyId key, long nowNanos) {
    RateLimit known = limit;
    if (known == null) {
      return Admission.UNLIMITED;
    }
    while (true) {
      Gcra state = states.of(key, nowNanos);
      @Nullable Admission admission = state.admit(known, nowNanos);
      if (admission != null) {
        return admission;
      }
      states.drop(key, state);
    }
  }

  /** Returns the value of {@code RateLimit-Policy} (draft-ietf-httpapi-ratelimit-headers). */
  public String policy() {
    return policy;
  }
}
