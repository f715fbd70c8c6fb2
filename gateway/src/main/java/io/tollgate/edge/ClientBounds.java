package io.tollgate.edge;

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
 * @param bodyBytesPerSecondMin how fast a body must come, on average, once ten seconds are over
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
    int bodyBytesPerSecondMin) {
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
          100);

  public ClientBounds {
    checkRange("edge.connections-max", connectionsMax, 1, CONNECTIONS_MAX_MAX);
    checkRange(
        "edge.connections-per-address-max", connectionsPerAddressMax, 1, CONNECTIONS_MAX_MAX);
    checkRange("edge.request-line-bytes-max", requestLineBytesMax, BYTES_MIN, BYTES_MAX);
    checkRange("edge.header-bytes-max", headerBytesMax, BYTES_MIN, BYTES_MAX);
    checkRange("edge.header-count-max", headerCountMax, 1, HEADERS_MAX);
    checkRange("edge.unread-header-bytes-max", unreadHeaderBytesMax, headerBytesMax, UNREAD_MAX);
    checkTimeout("edge.header-timeout", headerTimeout);
    checkTimeout("edge.idle-timeout", idleTimeout);
    checkRange("edge.body-bytes-per-second-min", bodyBytesPerSecondMin, 0, RATE_MAX);
  }

  private static void checkRange(String setting, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          setting + " must be " + min + " to " + max + ", was " + value);
    }
  }

  private static void checkTimeout(String setting, Duration value) {
    if (value.toMillis() < 1 || value.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          setting + " must be at least 1 ms and at most 1 hour, was " + value);
    }
  }
}
