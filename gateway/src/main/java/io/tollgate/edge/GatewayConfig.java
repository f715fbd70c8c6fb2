package io.tollgate.edge;

import io.tollgate.key.Pepper;
import io.tollgate.limit.LimitConfig;
import io.tollgate.meter.MeterConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.ring.FenceConfig;
import io.tollgate.ring.RingConfig;
import io.tollgate.ring.VerifierConfig;
import io.tollgate.store.PostgresConfig;
import io.tollgate.store.RedisConfig;
import io.tollgate.trace.TraceConfig;

/**
 * All that a gateway is told at its start; routes come apart, since they may change later.
 *
 * @param name what it stands under on the list of gateways: the same after a restart, and of no
 *     other gateway
 */
public record GatewayConfig(
    String name,
    EdgeConfig edge,
    RingConfig ring,
    FenceConfig fence,
    ProxyConfig proxy,
    LimitConfig limit,
    MeterConfig meter,
    RedisConfig redis,
    PostgresConfig postgres,
    Pepper pepper,
    TraceConfig trace) {
  private static final int NAME_MAX = 200;

  public GatewayConfig {
    if (name.isBlank() || name.length() > NAME_MAX) {
      throw new IllegalArgumentException(
          "gateway.name must have 1 to " + NAME_MAX + " characters, was \"" + name + '"');
    }
  }

  /** Makes a configuration without traces. */
  GatewayConfig(
      String name,
      EdgeConfig edge,
      RingConfig ring,
      FenceConfig fence,
      ProxyConfig proxy,
      LimitConfig limit,
      MeterConfig meter,
      RedisConfig redis,
      PostgresConfig postgres,
      Pepper pepper) {
    this(name, edge, ring, fence, proxy, limit, meter, redis, postgres, pepper, TraceConfig.OFF);
  }

  /** Returns what concerns the verifier alone. */
  VerifierConfig verifier() {
    return new VerifierConfig(name, ring, fence, redis, postgres, pepper);
  }
}
