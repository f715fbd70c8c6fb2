package io.tollgate.edge;

import io.netty.channel.EventLoop;
import io.tollgate.limit.Admission;
import io.tollgate.limit.Admission.Outcome;
import io.tollgate.limit.LimitSet;
import io.tollgate.limit.RateLimiter;
import io.tollgate.ring.Grant;

/**
 * The step of the path at which a request takes its cost from its key's limits, and may have to
 * wait for that. One per event loop, confined to it.
 */
final class LimitStep {
  private final Edge edge;
  private final EventLoop eventLoop;
  private final RateLimiter limiter;
  private final Recheck recheck;

  LimitStep(Edge edge, EventLoop eventLoop, RateLimiter limiter, Recheck recheck) {
    this.edge = edge;
    this.eventLoop = eventLoop;
    this.limiter = limiter;
    this.recheck = recheck;
  }

  /** Lets the request go on to the upstream, now or after a trip to Redis, or refuses it. */
  void take(EdgeRequest request, Grant grant) {
    LimitSet limits = limits(grant);
    if (limits.isEmpty()) {
      edge.forward(request);
      return;
    }
    Admission told = request.admission();
    int cost = request.cost();
    limiter.admit(limits, cost, edge.readClock(), told);
    if (told.outcome() == Outcome.WAITS) {
      limiter.ask(
          limits, cost, answer -> eventLoop.execute(() -> answered(request, grant, answer)));
    } else {
      settle(request, grant);
    }
  }

  private LimitSet limits(Grant grant) {
    if (grant.limits() instanceof LimitSet known) {
      return known;
    }
    LimitSet found = limiter.limits(grant.id(), grant.subject(), grant.plan(), edge.readClock());
    grant.noteLimits(found);
    return found;
  }

  private void answered(EdgeRequest request, Grant grant, Admission answer) {
    recheck.afterWait(
        request,
        grant,
        now -> {
          request.admission().copy(answer);
          settle(request, now);
        });
  }

  private void settle(EdgeRequest request, Grant grant) {
    Admission told = request.admission();
    switch (told.outcome()) {
      case PASSES -> edge.forward(request);
      case NEVER_FITS -> edge.refuseCounted(request, grant, Refusal.COST_ABOVE_LIMIT, 0);
      case REFUSED, WAITS ->
          edge.refuseCounted(request, grant, Refusal.RATE_LIMITED, told.waitSeconds());
    }
  }
}
