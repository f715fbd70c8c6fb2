package io.tollgate.management.wire;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The members of requests that are spans of time, told in seconds. */
public final class Seconds {
  public static final String LIFETIME = "seconds_until_expiration";
  public static final String OVERLAP = "overlap_seconds";

  /** A hundred years of 365 days. */
  private static final BigDecimal LIFETIME_MAX = BigDecimal.valueOf(100L * 365 * 86_400);

  private static final BigDecimal OVERLAP_MAX = BigDecimal.valueOf(30 * 86_400);
  private static final BigDecimal ONE_MILLISECOND = new BigDecimal("0.001");

  private Seconds() {}

  /** Returns how long what is created works, in milliseconds; null is forever. */
  public static @Nullable Long lifetimeMillis(RequestBody body) {
    @Nullable BigDecimal seconds = body.numberOrNull(LIFETIME);
    if (seconds == null) {
      return null;
    }
    check(LIFETIME, seconds, LIFETIME_MAX, " (100 years) or null");
    return millis(seconds);
  }

  private static long millis(BigDecimal seconds) {
    // Told by comparing: scaling a number such as 1e-500000000 would take minutes.
    if (seconds.compareTo(ONE_MILLISECOND) < 0) {
      return 0;
    }
    // Fractions count to the millisecond; what is finer ends a key earlier, never later.
    return seconds.movePointRight(3).setScale(0, RoundingMode.DOWN).longValueExact();
  }

  /** Returns how long a secret works beside the one that takes its place; absent is not at all. */
  public static Duration overlap(RequestBody body) {
    @Nullable BigDecimal seconds = body.numberOrNull(OVERLAP);
    if (seconds == null) {
      return Duration.ZERO;
    }
    check(OVERLAP, seconds, OVERLAP_MAX, " (30 days)");
    return Duration.ofMillis(millis(seconds));
  }

  private static void check(String member, BigDecimal seconds, BigDecimal max, String spelled) {
    if (seconds.signum() < 0 || seconds.compareTo(max) > 0) {
      throw ApiError.parameter(
          "form_param_value_invalid",
          "is invalid",
          member,
          member
              + " must be 0 to "
              + max
              + spelled
              + ", was "
              + ApiError.quote(seconds.toString())
              + ".");
    }
  }
}
