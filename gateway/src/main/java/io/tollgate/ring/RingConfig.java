package io.tollgate.ring;

import java.time.Duration;

/**
 * How much the ring holds and how long an answer in it may be believed.
 *
 * @param entriesMax the most secrets held at once; about 250 bytes each
 * @param entryLifetime how long after its look-up was sent an entry may answer; a revoke waits this
 *     long before it returns, so it must not exceed {@link #ENTRY_LIFETIME_MAX} in any gateway
 */
public record RingConfig(int entriesMax, Duration entryLifetime) {
  public static final Duration ENTRY_LIFETIME_MAX = Duration.ofSeconds(1);
  public static final int ENTRIES_MAX_MAX = 16_000_000;
  public static final RingConfig DEFAULTS = new RingConfig(100_000, ENTRY_LIFETIME_MAX);

  public RingConfig {
    if (entriesMax < 1 || entriesMax > ENTRIES_MAX_MAX) {
      throw new IllegalArgumentException(
          "ring.entries-max must be 1 to " + ENTRIES_MAX_MAX + ", was " + entriesMax);
    }
    if (entryLifetime.isNegative()
        || entryLifetime.isZero()
        || entryLifetime.compareTo(ENTRY_LIFETIME_MAX) > 0) {
      throw new IllegalArgumentException(
          "ring.entry-lifetime must be above 0 and at most 1 second, was " + entryLifetime);
    }
  }
}
