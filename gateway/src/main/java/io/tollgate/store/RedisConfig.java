package io.tollgate.store;

import io.tollgate.key.Secret;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.ProtocolVersion;
import io.vertx.redis.client.RedisOptions;
import java.time.Duration;

/**
 * How Redis is reached.
 *
 * @param url {@code redis[s]://[user:password@]host:port[/db][?cacert=file]}; a secret, as it may
 *     hold a password
 * @param deadline how long one command may take before the store counts as unreachable
 * @param connectDeadline the same for connecting, TLS and log-in in all
 */
public record RedisConfig(Secret url, Duration deadline, Duration connectDeadline) {
  public static final Duration DEADLINE = Duration.ofMillis(100);
  public static final Duration CONNECT_DEADLINE = Duration.ofSeconds(1);

  private static final int COMMANDS_WAITING_MAX = 16_384;

  public RedisConfig {
    RedisUrl.check(url);
    StoreDeadlines.check("redis", deadline, connectDeadline);
  }

  /** Returns options as {@link #toOptions}, for connections on which Redis announces changes. */
  RedisOptions toTrackingOptions() {
    return toOptions()
        .setProtocolNegotiation(true)
        .setPreferredProtocolVersion(ProtocolVersion.RESP3);
  }

  /** Returns the driver's options: address, log-in, TLS, time-outs, bounds. */
  public RedisOptions toOptions() {
    var net =
        new NetClientOptions()
            .setConnectTimeout((int) connectDeadline.toMillis())
            // A connection whose peer has vanished would else hold its look-ups for a quarter hour.
            .setTcpUserTimeout((int) connectDeadline.toMillis())
            .setTcpKeepAlive(true)
            .setTcpNoDelay(true);
    if (RedisUrl.isTls(url)) {
      RedisUrl.secure(url, net);
    }
    return new RedisOptions()
        .setConnectionString(RedisUrl.withoutParameters(url))
        .setNetClientOptions(net)
        .setMaxWaitingHandlers(COMMANDS_WAITING_MAX)
        .setPoolName("tollgate-redis");
  }
}
