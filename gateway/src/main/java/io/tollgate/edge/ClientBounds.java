package io.tollgate.edge;

import io.tollgate.proxy.Route;
import io.tollgate.setting.Bounds;
import java.time.Duration;

/**
 * What one client, and all together, may take of the edge.
 *
 * @param connectionsMax the most connections at once; never more than nine tenths of the files that
 *     the process may open
 * @param connectionsPerAddressMax the most of them from one address
 * @param requestLineBytesMax the longest request line
 * @param headerBytesMax the longest head, request line included
 * @param headerCountMax the most fields in a head
 * @param unreadHeaderBytesMax the most memory for heads that have not come whole, of all
 *     connections
 * @param headerTimeout how long a head may take to come whole, from its first byte; for the first
 *     on a connection from its opening
 * @param idleTimeout how long a connection may stay open without a request
 * @param bodyBytesPerSecondMin how fast a body must come, on average, once its grace is over
 * @param bodyGrace how long a body may come at any pace
 * @param bodyBytesMax the longest body of a request, where its route says nothing else; 0 for any
 */
public record ClientBounds(
    int connectionsMax,
    int connectionsPerAddressMax,
    int requestLineBytesMax,
    int headerBytesMax,
    int headerCountMax,
    int unreadHeaderBytesMax,
    Duration headerTimeout,
    Duration idleTimeout,
    int bodyBytesPerSecondMin,
    Duration bodyGrace,
    long bodyBytesMax) {
  private static final Duration TIME_MAX = Duration.ofHours(1);
  private static final int CONNECTIONS_MAX_MAX = 1_000_000;
  private static final int BYTES_MIN = 256;
  private static final int BYTES_MAX = 1024 * 1024;
  private static final int HEADERS_MAX = 1_000;
  private static final int UNREAD_MAX = 1 << 30;
  private static final int RATE_MAX = 1024 * 1024;

  public static final ClientBounds DEFAULTS =
      new ClientBounds(
          20_000,
          10_000,
          8 * 1024,
          32 * 1024,
          100,
          64 << 20,
          Duration.ofSeconds(10),
          Duration.ofSeconds(75),
          100,
          Duration.ofSeconds(10),
          100L << 20);

  public ClientBounds {
    Bounds.check("edge.connections-max", connectionsMax, 1, CONNECTIONS_MAX_MAX);
    Bounds.check(
        "edge.connections-per-address-max", connectionsPerAddressMax, 1, CONNECTIONS_MAX_MAX);
    Bounds.check("edge.request-line-bytes-max", requestLineBytesMax, BYTES_MIN, BYTES_MAX);
    Bounds.check("edge.header-bytes-max", headerBytesMax, BYTES_MIN, BYTES_MAX);
    Bounds.check("edge.header-count-max", headerCountMax, 1, HEADERS_MAX);
    Bounds.check("edge.unread-header-bytes-max", unreadHeaderBytesMax, headerBytesMax, UNREAD_MAX);
    Bounds.check("edge.header-timeout", headerTimeout, TIME_MAX);
    Bounds.check("edge.idle-timeout", idleTimeout, TIME_MAX);
    Bounds.check("edge.body-bytes-per-second-min", bodyBytesPerSecondMin, 0, RATE_MAX);
    Bounds.check("edge.body-grace", bodyGrace, TIME_MAX);
    Bounds.check("edge.body-bytes-max", bodyBytesMax, 0, Route.BODY_BYTES_MAX);
  }
}
