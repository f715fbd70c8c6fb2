package io.tollgate.edge;

import io.tollgate.proxy.TargetConfig;
import java.time.Duration;

/** How targets are watched and tried: the defaults, but for what a test is about. */
final class TargetSettings {
  private static final TargetConfig DEFAULTS = TargetConfig.DEFAULTS;

  private int failuresMax = DEFAULTS.failuresMax();
  private Duration checkInterval = DEFAULTS.checkInterval();
  private Duration checkTimeout = DEFAULTS.checkTimeout();
  private Duration ejection = DEFAULTS.ejection();
  private Duration ejectionMax = DEFAULTS.ejectionMax();
  private Duration slowStart = DEFAULTS.slowStart();
  private int attemptsMax = DEFAULTS.attemptsMax();
  private int retryPercentMax = DEFAULTS.retryPercentMax();

  TargetSettings failuresMax(int failures) {
    failuresMax = failures;
    return this;
  }

  TargetSettings checks(Duration interval, Duration timeout) {
    checkInterval = interval;
    checkTimeout = timeout;
    return this;
  }

  /** Takes one out of use for that long each time. */
  TargetSettings ejection(Duration always) {
    ejection = always;
    ejectionMax = always;
    return this;
  }

  TargetSettings slowStart(Duration time) {
    slowStart = time;
    return this;
  }

  /** Without a slow start, so that the choice is by requests under way alone. */
  TargetSettings noSlowStart() {
    return slowStart(Duration.ZERO);
  }

  TargetSettings attemptsMax(int attempts) {
    attemptsMax = attempts;
    return this;
  }

  TargetSettings retryPercentMax(int percent) {
    retryPercentMax = percent;
    return this;
  }

  TargetConfig config() {
    return new TargetConfig(
        failuresMax,
        checkInterval,
        checkTimeout,
        ejection,
        ejectionMax,
        DEFAULTS.inUsePercentMin(),
        slowStart,
        attemptsMax,
        retryPercentMax,
        DEFAULTS.resolveInterval());
  }
}
