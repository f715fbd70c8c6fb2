package io.tollgate.plan;

/**
 * How much may be used in a period. Immutable.
 *
 * @param per whose use is counted together, {@link Per#KEY} or {@link Per#SUBJECT}
 * @param meter what counts, {@link Meter#FORWARDED} or {@link Meter#COMPLETED}; a unit that was
 *     taken for a request that does not count is given back
 * @param units 1 to {@value #UNITS_MAX}
 * @param hard whether what is beyond is refused; else it passes, and is told of
 */
public record Quota(Per per, Meter meter, Period period, long units, boolean hard) {
  public static final long UNITS_MAX = 1_000_000_000_000_000L;

  /**
   * Checks the quota.
   *
   * @throws IllegalArgumentException that names the member, its value and what was expected
   */
  public Quota {
    if (per == Per.PLAN) {
      throw new IllegalArgumentException("per must be key or subject, was " + per.text());
    }
    checkMeter(meter);
    if (units < 1 || units > UNITS_MAX) {
      throw new IllegalArgumentException(
          "units must be a whole number from 1 to " + UNITS_MAX + ", was " + units);
    }
  }

  /** That a key was identified is known before anything is taken, whatever becomes of it then. */
  static void checkMeter(Meter meter) {
    if (meter == Meter.VERIFIED) {
      throw new IllegalArgumentException(
          "meter must be forwarded or completed, was " + meter.text());
    }
  }
}
