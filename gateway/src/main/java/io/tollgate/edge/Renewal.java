package io.tollgate.edge;

import io.netty.channel.EventLoop;
import io.tollgate.ring.Access;
import io.tollgate.ring.Denial;
import io.tollgate.ring.Grant;
import io.tollgate.ring.Verdict;
import io.tollgate.ring.Verifier;
import java.time.Duration;

/**
 * Looks again at the key of an exchange that has been under way for a while: what is revoked ends,
 * and so does what no store vouches for, within a second. Confined to its event loop.
 */
final class Renewal {
  /** How often a long exchange's key is looked at again. */
  private static final long RENEW_NANOS = Duration.ofMillis(400).toNanos();

  /** How long an exchange goes on while nobody can tell whether its key still holds. */
  private static final long UNCONFIRMED_NANOS_MAX = Duration.ofMillis(900).toNanos();

  private final EventLoop eventLoop;
  private final Verifier verifier;
  private final EdgeMetrics metrics;

  Renewal(EventLoop eventLoop, Verifier verifier, EdgeMetrics metrics) {
    this.eventLoop = eventLoop;
    this.verifier = verifier;
    this.metrics = metrics;
  }

  void renew(EdgeRequest request, long nowNanos) {
    Grant grant = request.grant();
    if (grant == null
        || request.isRenewing()
        || nowNanos - request.confirmedNanos() < RENEW_NANOS) {
      return;
    }
    Verdict known = verifier.known(grant, nowNanos);
    if (known != null) {
      renewed(request, known, nowNanos);
      return;
    }
    request.setRenewing(true);
    verifier
        .lookUp(grant)
        .onSuccess(found -> eventLoop.execute(() -> renewed(request, grant, found, nowNanos)));
  }

  private void renewed(EdgeRequest request, Grant grant, Verdict found, long askedNanos) {
    // The connection may serve another request by now, which was judged by itself.
    if (request.isRenewing() && grant.equals(request.grant())) {
      request.setRenewing(false);
      renewed(request, found, askedNanos);
    }
  }

  private void renewed(EdgeRequest request, Verdict found, long askedNanos) {
    Refusal why =
        switch (found) {
          case Denial denial -> Refusal.of(denial);
          case Access foreign -> Refusal.KEY_INVALID;
          case Grant grant -> Edge.refusal(request, grant);
        };
    if (why == null) {
      request.setConfirmed(askedNanos);
      if (request.isSwitched() && found instanceof Grant grant) {
        // A WebSocket pays by the plan that holds by then.
        request.setGrant(grant);
      }
      return;
    }
    boolean isKnown = !why.isPassing();
    if (isKnown || askedNanos - request.confirmedNanos() > UNCONFIRMED_NANOS_MAX) {
      metrics.exchangeRevoked();
      request.client().breakOff(why);
    }
  }
}
