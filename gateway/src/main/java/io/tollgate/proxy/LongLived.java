package io.tollgate.proxy;

import io.tollgate.setting.DurationText;
import java.time.Duration;

/**
 * What of a route's exchanges may go on for long, and what that costs.
 *
 * @param webSockets whether requests may become WebSockets; false drops {@code Upgrade}, so that
 *     such a request goes on as any other
 * @param interval how long an open WebSocket, or an answer that has begun, has paid for by the
 *     route's cost; zero for all its life
 */
public record LongLived(boolean webSockets, Duration interval) {
  /** Two ticks: what is due more often would not be taken as often. */
  private static final Duration INTERVAL_MIN = Forwarder.TICK.multipliedBy(2);

  private static final Duration INTERVAL_MAX = Duration.ofHours(24);

  public static final LongLived NONE = new LongLived(false, Duration.ZERO);
  public static final LongLived WEBSOCKETS = new LongLived(true, Duration.ZERO);

  /**
   * Checks the interval, if there is one.
   *
   * @throws IllegalArgumentException that names the field, its value and what was expected
   */
  public LongLived {
    if (!interval.isZero()) {
      check(interval);
    }
  }

  /**
   * Returns the terms by which each interval is paid for.
   *
   * @throws IllegalArgumentException that names the field, its value and what was expected
   */
  public static LongLived of(boolean webSockets, Duration interval) {
    check(interval);
    return new LongLived(webSockets, interval);
  }

  private static void check(Duration interval) {
    if (interval.compareTo(INTERVAL_MIN) < 0 || interval.compareTo(INTERVAL_MAX) > 0) {
      throw new IllegalArgumentException(
          "interval must be "
              + DurationText.print(INTERVAL_MIN)
              + " to "
              + DurationText.print(INTERVAL_MAX)
              + ", was "
              + DurationText.print(interval));
    }
  }
}
