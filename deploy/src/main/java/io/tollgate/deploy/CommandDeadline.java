package io.tollgate.deploy;

import io.tollgate.store.PostgresConfig;
import java.time.Duration;

/**
 * How long an operator's command waits for its one connection to Postgres: no request stands behind
 * it, its JVM has only just begun, and at times Postgres has, too.
 */
final class CommandDeadline {
  static final Duration CONNECT_MIN = Duration.ofSeconds(15);

  private CommandDeadline() {}

  /** Returns the same database, with that much time at least to connect. */
  static PostgresConfig of(PostgresConfig config) {
    return config.connectDeadline().compareTo(CONNECT_MIN) >= 0
        ? config
        : new PostgresConfig(config.url(), config.deadline(), CONNECT_MIN);
  }
}
