package io.tollgate.edge;

import io.tollgate.key.Pepper;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.ring.RingConfig;
import io.tollgate.store.PostgresConfig;
import io.tollgate.store.RedisConfig;

/** All that a gateway is told at its start; routes come apart, since they may change later. */
public record GatewayConfig(
    EdgeConfig edge,
    RingConfig ring,
    ProxyConfig proxy,
    LimitConfig limit,
    RedisConfig redis,
    PostgresConfig postgres,
    Pepper pepper) {

  public GatewayConfig {
    // A look-up that outlived its ring entry would be asked for again before it is answered.
    if (redis.deadline().plus(postgres.deadline()).compareTo(ring.entryLifetime()) >= 0) {
      throw new IllegalArgumentException(
          "redis.deadline and postgres.deadline together must be shorter than"
              + " ring.entry-lifetime, were "
              + redis.deadline()
              + " and "
              + postgres.deadline());
    }
  }
}
