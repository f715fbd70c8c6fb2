package io.tollgate.limit;

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
    if (requestsPerSecond < 0 || requestsPerSecond > RATE_MAX) {
      throw new IllegalArgumentException(
          "limit.requests-per-second must be 0 (no limit) to "
              + RATE_MAX
              + ", was "
              + requestsPerSecond);
    }
    if (burst < 1 || burst > RATE_MAX) {
      throw new IllegalArgumentException("limit.burst must be 1 to " + RATE_MAX + ", was " + burst);
    }
  }
}
