package io.tollgate.wire;

import static io.netty.handler.codec.http2.Http2Error.ENHANCE_YOUR_CALM;

import io.netty.handler.codec.http2.Http2Exception;
import java.time.Duration;

/**
 * How many frames of a kind one connection may bring within a while; too many end the connection.
 *
 * <p>Confined to its event loop.
 */
public final class FrameBudget {
  private static final Duration WINDOW = Duration.ofSeconds(30);

  private final String kind;
  private final int max;
  private long windowNanos;
  private long left;

  /**
   * Makes the budget of a connection.
   *
   * @param kind what is counted, for whoever is told that there were too many
   * @param max how many there may be within 30 s
   */
  public FrameBudget(String kind, int max, long nowNanos) {
    this.kind = kind;
    this.max = max;
    windowNanos = nowNanos;
    left = max;
  }

  /** Something useful has moved, which asks for frames like these. */
  public void earn(int frames) {
    left += frames;
  }

  /** Takes one, and returns whether there was none left. */
  public boolean isSpentBy(long nowNanos) {
    if (nowNanos - windowNanos >= WINDOW.toNanos()) {
      windowNanos = nowNanos;
      left = max;
    }
    left--;
    return left < 0;
  }

  /** Takes one, of which there must be one left. */
  public void spend(long nowNanos) throws Http2Exception {
    if (isSpentBy(nowNanos)) {
      throw excess();
    }
  }

  /** Returns what ends the connection. */
  public Http2Exception excess() {
    return Http2Exception.connectionError(
        ENHANCE_YOUR_CALM, "more than %d %s within %s", max, kind, WINDOW);
  }
}
