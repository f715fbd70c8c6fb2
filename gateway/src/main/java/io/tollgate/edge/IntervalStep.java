package io.tollgate.edge;

import io.tollgate.meter.LoopMeter;
import io.tollgate.quota.Allowances.Reached;
import io.tollgate.ring.Grant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What goes on for long pays again for each interval of its life: it passes quota and limit, and is
 * counted, like a request.
 *
 * <p>Confined to the event loop that owns it.
 */
final class IntervalStep {
  private final QuotaStep quotas;
  private final LoopMeter meter;
  private final Refusals refusals;

  IntervalStep(QuotaStep quotas, LoopMeter meter, Refusals refusals) {
    this.quotas = quotas;
    this.meter = meter;
    this.refusals = refusals;
  }

  /** An answer has begun, or a WebSocket: what the request has paid holds from now on. */
  void begin(EdgeRequest request, long nowNanos) {
    request.payFrom(nowNanos, request.route().longLived().interval().toNanos());
  }

  /** Takes what the next interval costs, if it is due; {@link #paid} follows, or a refusal. */
  void look(EdgeRequest request, long nowNanos) {
    @Nullable EdgeRequest payment = request.takeDue(nowNanos);
    if (payment == null) {
      return;
    }
    if (meter.isRefusing()) {
      refusals.refuse(payment, Refusal.METER_FULL);
      return;
    }
    Grant grant = grant(payment);
    meter.verified(grant.id(), grant.subject(), grant.plan().version(), payment.cost());
    quotas.take(payment, grant);
  }

  /** The interval is paid for, and counts as the request did. */
  void paid(EdgeRequest payment) {
    Grant grant = grant(payment);
    int status = payment.status();
    meter.answered(grant.id(), grant.subject(), grant.plan().version(), status, payment.cost());
    payment.settle(status < Edge.FAILED_FROM ? Reached.COMPLETED : Reached.FORWARDED);
    payment.paid();
  }

  private static Grant grant(EdgeRequest payment) {
    return Objects.requireNonNull(payment.grant(), "who pays has a key");
  }
}
