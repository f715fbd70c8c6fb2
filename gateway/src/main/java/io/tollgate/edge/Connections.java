package io.tollgate.edge;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients' connections of one listener, and how many requests are under way on each, so that a
 * stop can tell those that may be closed from those that must be waited for.
 *
 * <p>Confined to the event loop that owns it.
 */
final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  private final Map<HttpConnection, Tracked> open = new HashMap<>();
  private boolean draining;

  /** One connection; more than one request is under way when they are pipelined. */
  private static final class Tracked {
    private int requests;
    private boolean clientTold;
    private boolean stopping;
  }

  void opened(HttpConnection connection) {
    var tracked = new Tracked();
    open.put(connection, tracked);
    connection.closeHandler(closed -> open.remove(connection));
    connection.exceptionHandler(
        failure -> LOG.debug("a client's connection failed: {}", failure.getMessage()));
    // Without a handler of ours the server cuts requests that are under way.
    connection.shutdownHandler(
        stopping -> {
          tracked.stopping = true;
          closeIfDone(connection, tracked);
        });
  }

  /** Follows a request to the end of its response. */
  void begin(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    Tracked tracked = open.get(connection);
    if (tracked == null) {
      return;
    }
    tracked.requests++;
    boolean asked = asksToClose(request);
    HttpServerResponse response = request.response();
    response.headersEndHandler(
        head -> {
          if (draining || asked) {
            response.putHeader("connection", "close");
            tracked.clientTold = true;
          }
        });
    response.endHandler(
        sent -> {
          tracked.requests--;
          closeIfDone(connection, tracked);
        });
  }

  /** A connection whose client does not know yet is kept: its next request may be on the way. */
  private static void closeIfDone(HttpConnection connection, Tracked tracked) {
    if (tracked.requests == 0 && (tracked.clientTold || tracked.stopping)) {
      connection.close();
    }
  }

  /** From now on every response tells its client that the connection ends with it. */
  void announceEnd() {
    draining = true;
  }

  /** The server knows "close" where it stands alone; RFC 9110 allows it in a list. */
  private static boolean asksToClose(HttpServerRequest request) {
    String options = request.getHeader("connection");
    return options != null
        && options.indexOf(',') >= 0
        && Arrays.stream(options.split(",", -1))
            .anyMatch(option -> option.strip().equalsIgnoreCase("close"));
  }
}
