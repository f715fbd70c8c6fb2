package io.tollgate.ring;

import io.tollgate.setting.Bounds;
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
    Bounds.check("ring.entries-max", entriesMax, 1, ENTRIES_MAX_MAX);
    Bounds.check("ring.entry-lifetime", entryLifetime, ENTRY_LIFETIME_MAX);
  }
}
