package io.tollgate.proxy;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What to do with the rest of a request's body once the response has been given without it. */
public final class UnreadBody {
  /** How long a client may go on sending before its connection is closed. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  private UnreadBody() {}

  /** Returns whether the request's framing announces a body. */
  static boolean isAnnounced(HttpServerRequest request) {
    @Nullable String length = request.getHeader("content-length");
    return length == null ? request.headers().contains("transfer-encoding") : !length.equals("0");
  }

  /**
   * Reads on for a moment and discards, so that a client that is still sending sees the response
   * rather than a connection reset; one that goes on sending is cut.
   */
  public static void discard(Vertx vertx, HttpServerRequest request) {
    if (request.isEnded() || !isAnnounced(request)) {
      request.resume();
      return;
    }
    long timer = vertx.setTimer(LINGER.toMillis(), fired -> request.connection().close());
    request.handler(discarded -> {});
    request.exceptionHandler(gone -> vertx.cancelTimer(timer));
    request.endHandler(ended -> vertx.cancelTimer(timer));
    request.resume();
  }
}
