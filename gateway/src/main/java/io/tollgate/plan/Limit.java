package io.tollgate.plan;

/**
 * A rate with a burst: at once at most {@code burst} units pass, and in any span of {@code t}
 * seconds at most {@code burst + units * t / windowSeconds}. Immutable.
 *
 * @param per whose units are counted together
 * @param units how many come back in a window, 1 to {@value #UNITS_MAX}, and no more than {@value
 *     #RATE_MAX} a second
 * @param windowSeconds 1 to {@value #WINDOW_SECONDS_MAX}
 * @param burst 1 to {@code units}
 */
public record Limit(Per per, long units, long windowSeconds, long burst) {
  public static final long UNITS_MAX = 1_000_000_000_000L;
  public static final long RATE_MAX = 1_000_000;
  public static final long WINDOW_SECONDS_MAX = 31L * 24 * 60 * 60;

  /**
   * Checks the limit.
   *
   * @throws IllegalArgumentException that names the member, its value and what was expected
   */
  public Limit {
    check("window_seconds", windowSeconds, WINDOW_SECONDS_MAX);
    check("units", units, Math.min(UNITS_MAX, RATE_MAX * windowSeconds));
    check("burst", burst, units);
  }

  private static void check(String member, long value, long max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(
          member + " must be a whole number from 1 to " + max + ", was " + value);
    }
  }
}
