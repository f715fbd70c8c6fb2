package io.tollgate.edge;

import io.netty.channel.EventLoop;
import io.tollgate.limit.Admission;
import io.tollgate.limit.Admission.Outcome;
import io.tollgate.limit.LimitSet;
import io.tollgate.limit.RateLimiter;
import io.tollgate.ring.Access;
import io.tollgate.ring.Denial;
import io.tollgate.ring.Grant;
import io.tollgate.ring.Verdict;
import io.tollgate.ring.Verifier;
import org.jspecify.annotations.Nullable;

/**
 * The step of the path at which a request takes its cost from its key's limits, and may have to
 * wait for that. One per event loop, confined to it.
 */
final class LimitGate {
  private final Edge edge;
  private final EventLoop eventLoop;
  private final RateLimiter limiter;
  private final Verifier verifier;
  private final Refusals refusals;

  LimitGate(Edge edge, EventLoop eventLoop, EdgeParts parts, Refusals refusals) {
    this.edge = edge;
    this.eventLoop = eventLoop;
    this.limiter = parts.limiter();
    this.verifier = parts.verifier();
    this.refusals = refusals;
  }

  /** Lets the request go on to the upstream, now or after a trip to Redis, or refuses it. */
  void pass(EdgeRequest request, Grant grant) {
    LimitSet limits = limits(grant);
    if (limits.isEmpty()) {
      edge.forward(request);
      return;
    }
    Admission told = request.admission();
    int cost = request.route().cost();
    limiter.admit(limits, cost, edge.clockNanos(), told);
    if (told.outcome() == Outcome.WAITS) {
      limiter.ask(
          limits, cost, answer -> eventLoop.execute(() -> answered(request, grant, answer)));
    } else {
      settle(request);
    }
  }

  private LimitSet limits(Grant grant) {
    if (grant.limits() instanceof LimitSet known) {
      return known;
    }
    LimitSet found = limiter.limits(grant.id(), grant.subject(), grant.plan(), edge.clockNanos());
    grant.noteLimits(found);
    return found;
  }

  private void answered(EdgeRequest request, Grant grant, Admission answer) {
    if (request.connection().state() == ClientState.CLOSED) {
      edge.left(request, false);
      return;
    }
    try {
      request.admission().copy(answer);
      confirm(request, grant);
    } catch (RuntimeException fault) {
      edge.blame(request, fault);
    }
  }

  /** The key may have lost its rights while the request waited. */
  private void confirm(EdgeRequest request, Grant grant) {
    Verdict known = verifier.known(grant, edge.clockNanos());
    if (known != null) {
      confirmed(request, known);
      return;
    }
    verifier
        .lookUp(grant)
        .onSuccess(found -> eventLoop.execute(() -> confirmedLater(request, found)));
  }

  private void confirmedLater(EdgeRequest request, Verdict found) {
    if (request.connection().state() == ClientState.CLOSED) {
      edge.left(request, false);
      return;
    }
    try {
      confirmed(request, found);
    } catch (RuntimeException fault) {
      edge.blame(request, fault);
    }
  }

  private void confirmed(EdgeRequest request, Verdict found) {
    @Nullable Refusal why =
        switch (found) {
          case Denial denial -> Refusal.of(denial);
          case Access foreign -> Refusal.KEY_INVALID;
          case Grant grant -> Edge.refusal(request, grant);
        };
    if (why == null) {
      settle(request);
    } else {
      refusals.refuse(request, why);
    }
  }

  private void settle(EdgeRequest request) {
    Admission told = request.admission();
    switch (told.outcome()) {
      case PASSES -> edge.forward(request);
      case NEVER_FITS -> refusals.refuse(request, Refusal.COST_ABOVE_LIMIT);
      case REFUSED, WAITS ->
          refusals.refuseForNow(request, Refusal.RATE_LIMITED, told.waitSeconds());
    }
  }
}
