package io.tollgate.fault;

import java.util.Map;

/** How a deployment is set up where the faults played on it ask for it. */
enum Kind {
  ONE_REDIS,

  /** Redis has a replica that may take its place. */
  FAILS_OVER,

  /** Gateways go on without Postgres for as short a time as may be set. */
  SHORT_ABSENCE;

  /** Returns the variables that all its processes have. */
  Map<String, String> settings() {
    return switch (this) {
      case ONE_REDIS -> Map.of();
      case FAILS_OVER -> Map.of("TOLLGATE_REDIS_DEPLOYMENT", "ha");
      case SHORT_ABSENCE ->
          Map.of(
              "TOLLGATE_FENCE_POSTGRES_ABSENCE_MAX", AbsenceFaults.ABSENCE_MAX.toSeconds() + "s");
    };
  }
}
