package io.tollgate.store;

import java.time.Duration;

/** The bounds that both stores' deadlines keep. */
final class StoreDeadlines {
  private static final Duration MAX = Duration.ofMinutes(1);

  private StoreDeadlines() {}

  static void check(String store, Duration deadline, Duration connectDeadline) {
    check(store + ".deadline", deadline);
    check(store + ".connect-deadline", connectDeadline);
  }

  private static void check(String setting, Duration value) {
    if (value.isNegative() || value.isZero() || value.compareTo(MAX) > 0) {
      throw new IllegalArgumentException(
          setting + " must be above 0 and at most 1 minute, was " + value);
    }
  }
}
