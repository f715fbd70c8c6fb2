package io.tollgate.proxy;

import io.tollgate.setting.Bounds;
import java.time.Duration;

/**
 * Whether requests of a route may become WebSockets.
 *
 * @param allowed false drops {@code Upgrade}, so that the request goes on as any other
 * @param interval how long an open WebSocket has paid for by the route's cost; zero for all its
 *     life
 */
public record WebSocketTerms(boolean allowed, Duration interval) {
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
      Bounds.check("websocket-interval", interval, INTERVAL_MAX);
      if (!allowed) {
        throw new IllegalArgumentException(
            "websocket-interval must stand with websocket: true, was alone");
      }
    }
  }
}
