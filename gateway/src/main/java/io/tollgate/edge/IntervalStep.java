package io.tollgate.edge;

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
  private final MeterStep meter;

  IntervalStep(QuotaStep quotas, MeterStep meter) {
    this.quotas = quotas;
    this.meter = meter;
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
    Grant grant = Objects.requireNonNull(payment.grant(), "who pays has a key");
    if (meter.admit(payment, grant)) {
      quotas.take(payment, grant);
    }
  }

  /** The interval is paid for, and counts as the request did. */
  void paid(EdgeRequest payment) {
    meter.answered(payment, payment.status());
    payment.paid();
  }
}
