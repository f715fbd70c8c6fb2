package io.tollgate.limit;

import io.tollgate.setting.Bounds;

/**
 * The one rate limit that every key has on each gateway, until plans bring limits of their own.
 *
 * @param requestsPerSecond 0 for no limit, else the steady rate per key
 * @param burst how many requests may come at once before the rate holds; at least 1
 */
public record LimitConfig(int requestsPerSecond, int burst) {
  public static final int RATE_MAX = 1_000_000;
  public static final LimitConfig UNLIMITED = new LimitConfig(0, 1);

  public LimitConfig {
    Bounds.check("limit.requests-per-second", requestsPerSecond, 0, RATE_MAX);
    Bounds.check("limit.burst", burst, 1, RATE_MAX);
  }
}
