package io.tollgate.setting;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A duration as operators write it: a whole number and a unit, {@code 100ms} or {@code 30 min}. */
public final class DurationText {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9}) ?(ms|s|m|min|h)");

  private DurationText() {}

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Duration parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(text);
    }
    long count = Long.parseLong(form.group(1));
    return switch (form.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m", "min" -> Duration.ofMinutes(count);
      default -> Duration.ofHours(count);
    };
  }

  /** Writes one in the largest unit that is whole; what is finer than a millisecond is cut. */
  public static String print(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 1_000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1_000;
    if (seconds == 0 || seconds % 60 != 0) {
      return seconds + "s";
    }
    return seconds % 3_600 == 0 ? seconds / 3_600 + "h" : seconds / 60 + "m";
  }
}
