package io.tollgate.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tollgate.key.KeyId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The gate that holds each key to the rate limit, within this gateway process.
 *
 * <p>A key's state is dropped when it has been idle for long enough to have its burst back, which
 * changes nothing for it. Safe for all threads.
 */
public final class RateLimiter {
  /** The most keys whose state is kept; beyond, the longest unused starts over with its burst. */
  private static final int KEYS_MAX = 1_000_000;

  private final @Nullable RateLimit limit;
  private final Cache<KeyId, Gcra> states;
  private final String policy;

  public RateLimiter(LimitConfig config) {
    if (config.requestsPerSecond() == 0) {
      limit = null;
      policy = "";
      states = Caffeine.newBuilder().maximumSize(0).build();
      return;
    }
    limit = RateLimit.of(config.requestsPerSecond(), config.burst());
    policy = "\"key\";q=" + limit.burst() + ";w=" + limit.windowSeconds();
    states =
        Caffeine.newBuilder()
            .maximumSize(KEYS_MAX)
            .expireAfterAccess(Duration.ofSeconds(limit.windowSeconds() + 1))
            .build();
  }

  /** Returns whether there is any limit at all. */
  public boolean isLimiting() {
    return limit != null;
  }

  /**
   * Takes a place for one request of the key.
   *
   * @return 0 if the request may pass, else the whole seconds to wait, having taken nothing
   */
  public long admit(KeyId key, long nowNanos) {
    RateLimit known = limit;
    if (known == null) {
      return 0;
    }
    return Seconds.roundedUp(state(key, nowNanos).admit(known, nowNanos));
  }

  /** Returns the value of {@code RateLimit-Policy} (draft-ietf-httpapi-ratelimit-headers). */
  public String policy() {
    return policy;
  }

  /** Returns the value of {@code RateLimit} for the key; only where there is a limit. */
  public String standing(KeyId key, long nowNanos) {
    RateLimit known = limit;
    if (known == null) {
      throw new IllegalStateException("there is no limit to stand against");
    }
    Gcra state = state(key, nowNanos);
    return "\"key\";r="
        + state.remaining(known, nowNanos)
        + ";t="
        + Seconds.roundedUp(state.fullInNanos(nowNanos));
  }

  private Gcra state(KeyId key, long nowNanos) {
    return states.get(key, unused -> new Gcra(nowNanos));
  }
}
