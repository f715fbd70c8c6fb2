package io.tollgate.proxy;

import io.tollgate.setting.DurationText;
import java.time.Duration;

/**
 * Whether requests of a route may become WebSockets.
 *
 * @param allowed false drops {@code Upgrade}, so that the request goes on as any other
 * @param interval how long an open WebSocket has paid for by the route's cost; zero for all its
 *     life
 */
public record WebSocketTerms(boolean allowed, Duration interval) {
  /** Two ticks: what is due more often would not be taken as often. */
  private static final Duration INTERVAL_MIN = Forwarder.TICK.multipliedBy(2);

  private static final Duration INTERVAL_MAX = Duration.ofHours(24);

  public static final WebSocketTerms NONE = new WebSocketTerms(false, Duration.ZERO);
  public static final WebSocketTerms ALLOWED = new WebSocketTerms(true, Duration.ZERO);

  /**
   * Checks the terms.
   *
   * @throws IllegalArgumentException that names the field, its value and what was expected
   */
  public WebSocketTerms {
    if (!interval.isZero()) {
      check(interval);
      if (!allowed) {
        throw new IllegalArgumentException(
            "websocket-interval must stand with websocket: true, was "
                + DurationText.print(interval)
                + " without");
      }
    }
  }

  /**
   * Returns the terms by which each interval is paid for.
   *
   * @throws IllegalArgumentException that names the field, its value and what was expected
   */
  public static WebSocketTerms of(boolean allowed, Duration interval) {
    check(interval);
    return new WebSocketTerms(allowed, interval);
  }

  private static void check(Duration interval) {
    if (interval.compareTo(INTERVAL_MIN) < 0 || interval.compareTo(INTERVAL_MAX) > 0) {
      throw new IllegalArgumentException(
          "websocket-interval must be "
              + DurationText.print(INTERVAL_MIN)
              + " to "
              + DurationText.print(INTERVAL_MAX)
              + ", was "
              + DurationText.print(interval));
    }
  }
}
