package io.tollgate.store;

import io.tollgate.key.Secret;
import java.time.Duration;

/**
 * How Postgres is reached.
 *
 * @param url {@code postgresql://user:password@host:port/database[?sslmode=…]}; a secret, as it may
 *     hold a password
 * @param deadline how long one look-up may take before the store counts as unreachable
 * @param connectDeadline the same for connecting, TLS and log-in in all
 */
public record PostgresConfig(Secret url, Duration deadline, Duration connectDeadline) {
  public static final Duration DEADLINE = Duration.ofMillis(500);
  public static final Duration CONNECT_DEADLINE = Duration.ofSeconds(2);

  public PostgresConfig {
    if (!url.reveal().startsWith("postgresql://")) {
      throw new IllegalArgumentException("postgres.url must start with postgresql://");
    }
    StoreDeadlines.check("postgres", deadline, connectDeadline);
  }
}
