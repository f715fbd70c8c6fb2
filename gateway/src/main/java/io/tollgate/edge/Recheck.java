package io.tollgate.edge;

import io.netty.channel.EventLoop;
import io.tollgate.ring.Access;
import io.tollgate.ring.Denial;
import io.tollgate.ring.Grant;
import io.tollgate.ring.Verdict;
import io.tollgate.ring.Verifier;
import java.util.function.Consumer;

/**
 * What is looked at when a request has waited after it was authorized: its client may have left,
 * and its key may have lost its rights. Confined to its event loop.
 */
final class Recheck {
  private final Edge edge;
  private final EventLoop eventLoop;
  private final Verifier verifier;
  private final Refusals refusals;

  Recheck(Edge edge, EventLoop eventLoop, Verifier verifier, Refusals refusals) {
    this.edge = edge;
    this.eventLoop = eventLoop;
    this.verifier = verifier;
    this.refusals = refusals;
  }

  /** Goes on with the request and what its key may do by now, or ends it. */
  void afterWait(EdgeRequest request, Grant grant, Consumer<Grant> next) {
    unlessOver(request, () -> confirm(request, grant, next));
  }

  private void unlessOver(EdgeRequest request, Runnable next) {
    if (request.isGone()) {
      edge.left(request, false);
      return;
    }
    try {
      next.run();
    } catch (RuntimeException fault) {
      edge.blame(request, fault);
    }
  }

  private void confirm(EdgeRequest request, Grant grant, Consumer<Grant> next) {
    long askedNanos = edge.readClock();
    Verdict known = verifier.known(grant, askedNanos);
    if (known != null) {
      confirmed(request, known, askedNanos, next);
      return;
    }
    verifier
        .lookUp(grant)
        .onSuccess(
            found ->
                eventLoop.execute(
                    () -> unlessOver(request, () -> confirmed(request, found, askedNanos, next))));
  }

  private void confirmed(
      EdgeRequest request, Verdict found, long askedNanos, Consumer<Grant> next) {
    switch (found) {
      case Denial denial -> refuse(request, Refusal.of(denial));
      case Access foreign -> refuse(request, Refusal.KEY_INVALID);
      case Grant grant -> {
        request.setGrant(grant);
        request.setConfirmed(askedNanos);
        Refusal refusal = Edge.refusal(request, grant);
        if (refusal == null) {
          next.accept(grant);
        } else {
          refuse(request, refusal);
        }
      }
    }
  }

  private void refuse(EdgeRequest request, Refusal refusal) {
    if (request.isPayment()) {
      // Whether the key of what goes on still holds is found, and waited for, by its renewal.
      request.giveUp();
    } else {
      refusals.refuse(request, refusal);
    }
  }
}
