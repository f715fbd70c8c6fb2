package io.tollgate.edge;

import java.time.Duration;

/**
 * The edge's listener and its bounds towards clients.
 *
 * @param host the address listened on
 * @param port 0 to 65535; 0 takes a free one
 * @param eventLoops how many threads serve requests
 * @param drainDeadline how long a stop waits for requests that are under way
 * @param clients the bounds of what clients may take
 */
public record EdgeConfig(
    String host, int port, int eventLoops, Duration drainDeadline, ClientBounds clients) {
  public static final EdgeConfig DEFAULTS =
      new EdgeConfig(
          "0.0.0.0",
          8080,
          Runtime.getRuntime().availableProcessors(),
          Duration.ofSeconds(30),
          ClientBounds.DEFAULTS);
  private static final int EVENT_LOOPS_MAX = 1_024;

  public EdgeConfig {
    checkRange("edge.port", port, 0, 65_535);
    checkRange("edge.event-loops", eventLoops, 1, EVENT_LOOPS_MAX);
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
}
