package io.tollgate.edge;

import io.tollgate.setting.Bounds;
import java.time.Duration;

/**
 * What WebSockets may take of the edge.
 *
 * @param max the most that are open at once, or about to be; never more than a quarter of the files
 *     that the process may open, since each has two
 * @param perKeyMax the most of them by one key
 * @param frameBytesMax the longest payload of a frame
 * @param idleTimeout how long one may stay open in which no byte moves either way, where its route
 *     says nothing else
 */
public record WebSocketBounds(int max, int perKeyMax, int frameBytesMax, Duration idleTimeout) {
  private static final int COUNT_MAX = 1_000_000;
  private static final int FRAME_BYTES_MIN = 125;
  private static final int FRAME_BYTES_MAX = 1 << 30;
  private static final Duration TIME_MAX = Duration.ofHours(24);

  public static final WebSocketBounds DEFAULTS =
      new WebSocketBounds(10_000, 5_000, 16 << 20, Duration.ofMinutes(5));

  public WebSocketBounds {
    Bounds.check("edge.websockets-max", max, 1, COUNT_MAX);
    Bounds.check("edge.websockets-per-key-max", perKeyMax, 1, COUNT_MAX);
    Bounds.check("edge.websocket-frame-bytes-max", frameBytesMax, FRAME_BYTES_MIN, FRAME_BYTES_MAX);
    Bounds.check("edge.websocket-idle-timeout", idleTimeout, TIME_MAX);
  }
}
