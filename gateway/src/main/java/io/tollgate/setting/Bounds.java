package io.tollgate.setting;

import java.time.Duration;

/** Checks that a setting's value is neither too small nor too large, and names it where it is. */
public final class Bounds {
  /** The shortest duration that a setting can say, and that timers tell from none. */
  private static final Duration SHORTEST = Duration.ofMillis(1);

  private Bounds() {}

  /**
   * Checks a number.
   *
   * @throws IllegalArgumentException naming the setting, its value and what was expected
   */
  public static void check(String setting, long value, long min, long max) {
    if (value < min || value > max) {
      throw outside(setting, value, min, max);
    }
  }

  /**
   * Checks a duration, which must be at least a millisecond.
   *
   * @throws IllegalArgumentException naming the setting, its value and what was expected
   */
  public static void check(String setting, Duration value, Duration max) {
    if (value.compareTo(SHORTEST) < 0 || value.compareTo(max) > 0) {
      throw outside(
          setting,
          DurationText.print(value),
          DurationText.print(SHORTEST),
          DurationText.print(max));
    }
  }

  private static IllegalArgumentException outside(
      String setting, Object value, Object min, Object max) {
    return new IllegalArgumentException(
        setting + " must be " + min + " to " + max + ", was " + value);
  }
}
