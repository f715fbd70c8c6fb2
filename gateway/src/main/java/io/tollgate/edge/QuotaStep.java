package io.tollgate.edge;

import io.netty.channel.EventLoop;
import io.tollgate.proxy.Route;
import io.tollgate.quota.Allowances;
import io.tollgate.quota.QuotaGate;
import io.tollgate.ring.Grant;
import org.jspecify.annotations.Nullable;

/**
 * The path's step that takes units of quotas and credits: what is held answers at once, else
 * Postgres is asked. Confined to its event loop.
 */
final class QuotaStep {
  /** Nobody else is as fast as to take what was leased for a request thrice in a row. */
  private static final int ATTEMPTS_MAX = 3;

  private static final Object STALE = new Object();

  private final Edge edge;
  private final EventLoop eventLoop;
  private final QuotaGate quotas;
  private final Recheck recheck;

  QuotaStep(Edge edge, EventLoop eventLoop, QuotaGate quotas, Recheck recheck) {
    this.edge = edge;
    this.eventLoop = eventLoop;
    this.quotas = quotas;
    this.recheck = recheck;
  }

  /** Goes on to the limit, or refuses. */
  void take(EdgeRequest request, Grant grant) {
    @Nullable Allowances allowances = allowances(grant, known(grant));
    if (allowances == null) {
      edge.limit(request, grant);
    } else {
      take(request, grant, allowances, 1);
    }
  }

  private static @Nullable Allowances known(Grant grant) {
    return grant.allowances() instanceof Allowances known ? known : null;
  }

  private @Nullable Allowances allowances(Grant grant, @Nullable Allowances known) {
    Allowances found = quotas.of(known, grant.id(), grant.subject(), grant.plan());
    if (found != null && found != known && found != QuotaGate.TOO_MANY) {
      grant.noteAllowances(found);
    }
    return found;
  }

  private void take(EdgeRequest request, Grant grant, Allowances allowances, int attempt) {
    if (allowances == QuotaGate.TOO_MANY) {
      edge.refuseCounted(request, grant, Refusal.QUOTA_UNREACHABLE, 1);
      return;
    }
    boolean last = attempt == ATTEMPTS_MAX;
    int taken = quotas.take(allowances, request.cost(), edge.readClock(), last);
    if (taken >= 0) {
      request.setTaken(allowances, taken);
      edge.limit(request, grant);
    } else if (taken == QuotaGate.NONE) {
      long seconds = quotas.moreInSeconds(allowances, request.cost());
      edge.refuseCounted(request, grant, refusal(request), seconds);
    } else if (last) {
      edge.refuseCounted(request, grant, Refusal.QUOTA_UNREACHABLE, 1);
    } else if (taken == QuotaGate.STALE) {
      // Looked for anew, since these are not held any more.
      grant.noteAllowances(STALE);
      again(request, grant, attempt + 1);
    } else {
      ask(request, grant, allowances, attempt);
    }
  }

  private static Refusal refusal(EdgeRequest request) {
    return request.route().quotaStatus() == Route.PAYMENT_REQUIRED
        ? Refusal.PAYMENT_REQUIRED
        : Refusal.QUOTA_EXHAUSTED;
  }

  private void again(EdgeRequest request, Grant grant, int attempt) {
    @Nullable Allowances fresh = allowances(grant, known(grant));
    if (fresh == null) {
      edge.limit(request, grant);
    } else {
      take(request, grant, fresh, attempt);
    }
  }

  /** Whatever comes of it: where there is no answer, what only tells lets the request pass. */
  private void ask(EdgeRequest request, Grant grant, Allowances allowances, int attempt) {
    quotas
        .ask(allowances, request.cost())
        .onComplete(
            asked -> {
              int next = asked.succeeded() ? attempt + 1 : ATTEMPTS_MAX;
              eventLoop.execute(
                  () -> recheck.afterWait(request, grant, now -> again(request, now, next)));
            });
  }
}
