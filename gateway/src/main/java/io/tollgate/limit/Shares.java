package io.tollgate.limit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.limit.Admission.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a gateway goes on while it is cut off from Redis: each limit is divided by the number of
 * gateways, so that in sum they let pass no more than the limit, as far as each is used alike.
 *
 * <p>Safe for all threads.
 */
final class Shares {
  private static final Logger LOG = LoggerFactory.getLogger(Shares.class);

  /** What costs more than a share ever has may come again when Redis may be back. */
  private static final long BEYOND_SHARE_MICROS = 5_000_000;

  private final Peers peers;
  private volatile boolean cutOff;

  Shares(Peers peers, MeterRegistry metrics) {
    this.peers = peers;
    Gauge.builder("tollgate.limit.cut-off", this, shares -> shares.cutOff ? 1 : 0)
        .description("1 while limits are held by this gateway's share, since Redis is away")
        .strongReference(true)
        .register(metrics);
    Gauge.builder("tollgate.limit.gateways", this, shares -> shares.peers.gateways())
        .description("How many gateways there are, as far as this one knows")
        .strongReference(true)
        .register(metrics);
  }

  boolean isCutOff() {
    return cutOff;
  }

  void cutOff(Throwable why) {
    if (!cutOff) {
      cutOff = true;
      LOG.warn(
          "limits are held by this gateway's share, one of {}: {}",
          peers.gateways(),
          why.getMessage());
    }
  }

  void back() {
    if (cutOff) {
      cutOff = false;
      LOG.info("limits are held together with the other gateways again");
    }
  }

  /** Takes from the shares of all limits, or from none. */
  synchronized Admission admit(LimitSet set, long cost, long nowNanos, Admission told) {
    long now = LimitState.micros(nowNanos);
    int count = peers.gateways();
    long wait = 0;
    for (int i = 0; i < set.size(); i++) {
      LimitState state = set.state(i);
      long own =
          state.isBeyondShare(count, cost)
              ? BEYOND_SHARE_MICROS
              : state.shareWaitMicros(count, cost, now);
      if (own > wait) {
        wait = own;
        told.tellStrictest(state, 0, state.shareFullInMicros(count, now));
      }
    }
    if (wait > 0) {
      told.tell(set, Outcome.REFUSED, wait);
      return told;
    }
    long least = Long.MAX_VALUE;
    for (int i = 0; i < set.size(); i++) {
      LimitState state = set.state(i);
      state.takeShare(count, cost, now);
      long remaining = state.shareRemaining(count, now);
      if (remaining < least) {
        least = remaining;
        told.tellStrictest(state, remaining, state.shareFullInMicros(count, now));
      }
    }
    told.tell(set, Outcome.PASSES, 0);
    return told;
  }
}
