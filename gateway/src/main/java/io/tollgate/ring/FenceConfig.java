package io.tollgate.ring;

import io.tollgate.setting.Bounds;
import java.time.Duration;

/**
 * How long a gateway may go on by what it was told last, and how often it asks.
 *
 * @param bound how long after a confirmation was asked for the ring may answer; a revocation waits
 *     this long, so every process of a deployment is to have the same
 * @param interval how often the store that confirms is asked, and the other one when that is late
 * @param pollInterval how often Postgres is asked while Redis confirms
 * @param postgresAbsenceMax how long Redis alone is believed while Postgres can't be reached
 * @param redisFailsOver whether a replica may take Redis' place: then Redis confirms nothing
 */
public record FenceConfig(
    Duration bound,
    Duration interval,
    Duration pollInterval,
    Duration postgresAbsenceMax,
    boolean redisFailsOver) {
  public static final Duration BOUND_MIN = Duration.ofMillis(50);
  public static final Duration BOUND_MAX = Duration.ofSeconds(1);
  public static final Duration ABSENCE_MIN = Duration.ofSeconds(30);
  private static final Duration ABSENCE_MAX = Duration.ofHours(24);

  public static final FenceConfig DEFAULTS =
      new FenceConfig(
          Duration.ofMillis(100),
          Duration.ofMillis(25),
          Duration.ofSeconds(1),
          Duration.ofMinutes(30),
          false);

  public FenceConfig {
    Bounds.check("fence.bound", bound, BOUND_MAX);
    Bounds.check("fence.interval", interval, BOUND_MAX);
    Bounds.check("fence.poll-interval", pollInterval, Duration.ofMinutes(1));
    Bounds.check("fence.postgres-absence-max", postgresAbsenceMax, ABSENCE_MAX);
    if (bound.compareTo(BOUND_MIN) < 0) {
      throw new IllegalArgumentException(
          "fence.bound must be at least "
              + BOUND_MIN.toMillis()
              + "ms, was "
              + bound.toMillis()
              + "ms");
    }
    if (postgresAbsenceMax.compareTo(ABSENCE_MIN) < 0) {
      throw new IllegalArgumentException(
          "fence.postgres-absence-max must be at least "
              + ABSENCE_MIN.toSeconds()
              + "s, three of a gateway's signs of life, was "
              + postgresAbsenceMax.toMillis()
              + "ms");
    }
    if (interval.multipliedBy(3).compareTo(bound) > 0) {
      throw new IllegalArgumentException(
          "fence.interval must be at most a third of fence.bound, so that one late answer does not"
              + " make the ring fall silent: was "
              + interval.toMillis()
              + "ms of "
              + bound.toMillis()
              + "ms");
    }
  }
}
