package io.tollgate.edge;

import io.netty.channel.EventLoop;
import io.tollgate.ring.Access;
import io.tollgate.ring.Denial;
import io.tollgate.ring.Grant;
import io.tollgate.ring.Verdict;
import io.tollgate.ring.Verifier;
import org.jspecify.annotations.Nullable;

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

  /** Goes on with the request, or ends it. */
  void afterWait(EdgeRequest request, Grant grant, Runnable next) {
    unlessOver(request, () -> confirm(request, grant, next));
  }

  private void unlessOver(EdgeRequest request, Runnable next) {
    if (request.connection().state() == ClientState.CLOSED) {
      edge.left(request, false);
      return;
    }
    try {
      next.run();
    } catch (RuntimeException fault) {
      edge.blame(request, fault);
    }
  }

  private void confirm(EdgeRequest request, Grant grant, Runnable next) {
    Verdict known = verifier.known(grant, edge.clockNanos());
    if (known != null) {
      confirmed(request, known, next);
      return;
    }
    verifier
        .lookUp(grant)
        .onSuccess(
            found ->
                eventLoop.execute(
                    () -> unlessOver(request, () -> confirmed(request, found, next))));
  }

  private void confirmed(EdgeRequest request, Verdict found, Runnable next) {
    @Nullable Refusal why =
        switch (found) {
          case Denial denial -> Refusal.of(denial);
          case Access foreign -> Refusal.KEY_INVALID;
          case Grant grant -> Edge.refusal(request, grant);
        };
    if (why == null) {
      next.run();
    } else {
      refusals.refuse(request, why);
    }
  }
}
