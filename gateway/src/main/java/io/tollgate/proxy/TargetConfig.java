package io.tollgate.proxy;

import io.tollgate.setting.Bounds;
import java.time.Duration;

/**
 * How targets are chosen, watched and asked again: the same for each upstream.
 *
 * @param failuresMax how many failures on end bring a target into doubt, or, where no connection
 *     could be made, take it out of use
 * @param checkInterval how often targets are asked where a route names a check
 * @param checkTimeout the longest such an answer may take
 * @param ejection how long a target is out of use for the first time; doubled each time on end
 * @param ejectionMax the longest that it is
 * @param inUsePercentMin of how many targets at least the failing ones are left out; of fewer, all
 *     are used
 * @param slowStart how long a target that is new or comes back takes to get its whole share; zero
 *     for no such time
 * @param attemptsMax how many targets a request is tried on, at most
 * @param retryPercentMax how many further tries there may be to a hundred requests
 * @param resolveInterval how often names are looked up; what DNS says may be kept longer is
 */
public record TargetConfig(
    int failuresMax,
    Duration checkInterval,
    Duration checkTimeout,
    Duration ejection,
    Duration ejectionMax,
    int inUsePercentMin,
    Duration slowStart,
    int attemptsMax,
    int retryPercentMax,
    Duration resolveInterval) {
  private static final Duration TIME_MAX = Duration.ofHours(1);
  private static final int COUNT_MAX = 1_000;
  private static final int ATTEMPTS_MAX = 10;
  private static final int PERCENT_MAX = 100;

  public static final TargetConfig DEFAULTS =
      new TargetConfig(
          5,
          Duration.ofSeconds(5),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(30),
          20,
          Duration.ofSeconds(10),
          3,
          20,
          Duration.ofSeconds(5));

  public TargetConfig {
    Bounds.check("proxy.failures-max", failuresMax, 1, COUNT_MAX);
    Bounds.check("proxy.check-interval", checkInterval, TIME_MAX);
    Bounds.check("proxy.check-timeout", checkTimeout, TIME_MAX);
    Bounds.check("proxy.ejection", ejection, TIME_MAX);
    Bounds.check("proxy.ejection-max", ejectionMax, TIME_MAX);
    if (ejectionMax.compareTo(ejection) < 0) {
      throw new IllegalArgumentException(
          "proxy.ejection-max must be at least proxy.ejection, was shorter");
    }
    Bounds.check("proxy.in-use-percent-min", inUsePercentMin, 0, PERCENT_MAX);
    if (!slowStart.isZero()) {
      Bounds.check("proxy.slow-start", slowStart, TIME_MAX);
    }
    Bounds.check("proxy.attempts-max", attemptsMax, 1, ATTEMPTS_MAX);
    Bounds.check("proxy.retry-percent-max", retryPercentMax, 0, PERCENT_MAX);
    Bounds.check("proxy.resolve-interval", resolveInterval, TIME_MAX);
  }
}
