package io.tollgate.store;

import io.tollgate.key.Secret;
import java.time.Duration;

/**
 * How Redis is reached.
 *
 * @param url {@code redis[s]://[user:password@]host:port[/db]}; a secret, as it may hold a password
 * @param deadline how long one command may take before the store counts as unreachable
 * @param connectDeadline the same for connecting, TLS and log-in in all
 */
public record RedisConfig(Secret url, Duration deadline, Duration connectDeadline) {
  public static final Duration DEADLINE = Duration.ofMillis(100);
  public static final Duration CONNECT_DEADLINE = Duration.ofSeconds(1);

  public RedisConfig {
    String text = url.reveal();
    if (!text.startsWith("redis://") && !text.startsWith("rediss://")) {
      throw new IllegalArgumentException("redis.url must start with redis:// or rediss://");
    }
    StoreDeadlines.check("redis", deadline, connectDeadline);
  }
}
