package io.tollgate.store;

import io.tollgate.setting.Bounds;
import java.time.Duration;

/** The bounds that both stores' deadlines keep. */
final class StoreDeadlines {
  private static final Duration MAX = Duration.ofMinutes(1);

  private StoreDeadlines() {}

  static void check(String store, Duration deadline, Duration connectDeadline) {
    Bounds.check(store + ".deadline", deadline, MAX);
    Bounds.check(store + ".connect-deadline", connectDeadline, MAX);
  }
}
