package io.tollgate.edge;

import java.time.Duration;

/**
 * The edge's listener and its bounds towards clients.
 *
 * @param host the address listened on
 * @param port 0 to 65535; 0 takes a free one
 * @param eventLoops how many threads serve requests
 * @param idleTimeout how long a client's connection may move no byte; must be longer than an
 *     upstream may take to answer
 * @param requestLineBytesMax the longest request line
 * @param headerBytesMax the longest header block
 * @param drainDeadline how long a stop waits for requests that are under way
 */
public record EdgeConfig(
    String host,
    int port,
    int eventLoops,
    Duration idleTimeout,
    int requestLineBytesMax,
    int headerBytesMax,
    Duration drainDeadline) {
  public static final EdgeConfig DEFAULTS =
      new EdgeConfig(
          "0.0.0.0",
          8080,
          Runtime.getRuntime().availableProcessors(),
          Duration.ofSeconds(75),
          8 * 1024,
          32 * 1024,
          Duration.ofSeconds(30));
  private static final int EVENT_LOOPS_MAX = 1_024;
  private static final int BYTES_MIN = 256;
  private static final int BYTES_MAX = 1024 * 1024;

  public EdgeConfig {
    checkRange("edge.port", port, 0, 65_535);
    checkRange("edge.event-loops", eventLoops, 1, EVENT_LOOPS_MAX);
    checkRange("edge.request-line-bytes-max", requestLineBytesMax, BYTES_MIN, BYTES_MAX);
    checkRange("edge.header-bytes-max", headerBytesMax, BYTES_MIN, BYTES_MAX);
    checkPositive("edge.idle-timeout", idleTimeout);
    checkPositive("edge.drain-deadline", drainDeadline);
  }

  private static void checkRange(String setting, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          setting + " must be " + min + " to " + max + ", was " + value);
    }
  }

  private static void checkPositive(String setting, Duration value) {
    if (value.toMillis() < 1 || value.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          setting + " must be at least 1 ms and at most 1 hour, was " + value);
    }
  }

  EdgeConfig withPort(int freePort) {
    return new EdgeConfig(
        host,
        freePort,
        eventLoops,
        idleTimeout,
        requestLineBytesMax,
        headerBytesMax,
        drainDeadline);
  }
}
