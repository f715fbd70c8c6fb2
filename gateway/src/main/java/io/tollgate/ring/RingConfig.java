package io.tollgate.ring;

import io.tollgate.setting.Bounds;

/**
 * How much the ring holds, and how much may be asked of the stores at once for what it lacks.
 *
 * @param entriesMax the most secrets held at once; about 250 bytes each
 * @param lookupsMax the most secrets looked up at once; a request for one more is refused with 503
 * @param statementsMax the most statements that look secrets up in Postgres at once, each for up to
 *     256 of them
 */
public record RingConfig(int entriesMax, int lookupsMax, int statementsMax) {
  public static final int ENTRIES_MAX_MAX = 16_000_000;
  public static final int LOOKUPS_MAX_MAX = 1_000_000;
  public static final int STATEMENTS_MAX_MAX = 64;
  public static final RingConfig DEFAULTS = new RingConfig(100_000, 10_000, 4);

  public RingConfig {
    Bounds.check("ring.entries-max", entriesMax, 1, ENTRIES_MAX_MAX);
    Bounds.check("ring.lookups-max", lookupsMax, 1, LOOKUPS_MAX_MAX);
    Bounds.check("ring.statements-max", statementsMax, 1, STATEMENTS_MAX_MAX);
  }
}
