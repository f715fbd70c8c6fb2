package io.tollgate.management.billing;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the things that are done again and again. One that fails rests ever longer, and holds no
 * other up. Confined to one thread.
 */
final class DueStep {
  static final Duration REST = Duration.ofSeconds(10);
  static final Duration REST_MAX = Duration.ofMinutes(2);

  private static final Logger LOG = LoggerFactory.getLogger(DueStep.class);

  private final String name;
  private final Predicate<Instant> work;
  private int failures;
  private Instant notBefore = Instant.MIN;

  /**
   * Makes a step.
   *
   * @param name as it follows "the"
   * @param work tells whether there is more of it at once
   */
  DueStep(String name, Predicate<Instant> work) {
    this.name = name;
    this.work = work;
  }

  /** Does some, unless it rests; returns whether there is more at once. */
  boolean run(Instant now) {
    if (now.isBefore(notBefore)) {
      return false;
    }
    try {
      boolean isMore = work.test(now);
      if (failures > 0) {
        LOG.info("the {} goes on", name);
      }
      failures = 0;
      return isMore;
    } catch (RuntimeException | Error e) {
      if (failures == 0) {
        LOG.warn("the {} has to wait: {}", name, e.toString());
      }
      Duration rest = REST.multipliedBy(1L << Math.min(failures, 10));
      notBefore = now.plus(rest.compareTo(REST_MAX) < 0 ? rest : REST_MAX);
      failures++;
      return false;
    }
  }
}
