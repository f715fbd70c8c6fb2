package io.tollgate.proxy;

import io.tollgate.setting.Bounds;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one route that differ from the proxy's own; null where they don't.
 *
 * @param response the longest wait for the response's head once the request is sent whole
 * @param idle the longest time in which no byte moves either way during an exchange
 * @param total the longest an exchange may take in all; zero for no such bound
 */
public record Timeouts(
    @Nullable Duration response, @Nullable Duration idle, @Nullable Duration total) {
  private static final Duration TIME_MAX = Duration.ofHours(1);

  public static final Timeouts OF_PROXY = new Timeouts(null, null, null);

  /**
   * Checks the deadlines.
   *
   * @throws IllegalArgumentException that names the field, its value and what was expected
   */
  public Timeouts {
    check("response-timeout", response);
    check("idle-timeout", idle);
    if (total != null && !total.isZero()) {
      check("total-timeout", total);
    }
  }

  private static void check(String field, @Nullable Duration value) {
    if (value != null) {
      Bounds.check(field, value, TIME_MAX);
    }
  }
}
