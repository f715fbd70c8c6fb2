package io.tollgate.ring;

import io.tollgate.setting.Bounds;

/**
 * How much the ring holds.
 *
 * @param entriesMax the most secrets held at once; about 220 bytes each
 */
public record RingConfig(int entriesMax) {
  public static final int ENTRIES_MAX_MAX = 16_000_000;
  public static final RingConfig DEFAULTS = new RingConfig(100_000);

  public RingConfig {
    Bounds.check("ring.entries-max", entriesMax, 1, ENTRIES_MAX_MAX);
  }
}
