package io.tollgate.edge;

import io.tollgate.meter.LoopMeter;
import io.tollgate.quota.Allowances.Reached;
import io.tollgate.ring.Grant;
import io.tollgate.wire.ResponseHead;

/**
 * The path's step that counts a request for its key, and what became of it: with that, what was
 * taken of quotas is settled. A pre-flight has no key, and nothing of it is counted.
 *
 * <p>Confined to the event loop that owns it.
 */
final class MeterStep {
  private final LoopMeter meter;
  private final Refusals refusals;

  MeterStep(LoopMeter meter, Refusals refusals) {
    this.meter = meter;
    this.refusals = refusals;
  }

  /** Counts one whose key is good; refuses it where nothing more can be counted. */
  boolean admit(EdgeRequest request, Grant grant) {
    if (meter.isRefusing()) {
      refusals.refuse(request, Refusal.METER_FULL);
      return false;
    }
    meter.verified(grant.id(), grant.subject(), grant.plan().version(), request.cost());
    return true;
  }

  /** A limit or a quota refuses it. */
  void refused(EdgeRequest request, Grant grant) {
    meter.refused(grant.id(), grant.subject(), grant.plan().version(), request.cost());
  }

  /** The upstream has answered. */
  void answered(EdgeRequest request, int status) {
    Grant grant = request.grant();
    if (grant != null) {
      meter.answered(grant.id(), grant.subject(), grant.plan().version(), status, request.cost());
      request.settle(status < ResponseHead.SERVER_ERROR ? Reached.COMPLETED : Reached.FORWARDED);
    }
  }

  /** It is sure that the upstream, which was asked, will not have answered. */
  void unanswered(EdgeRequest request) {
    Grant grant = request.grant();
    if (grant != null) {
      meter.unanswered(grant.id(), grant.subject(), grant.plan().version(), request.cost());
      request.settle(Reached.FORWARDED);
    }
  }
}
