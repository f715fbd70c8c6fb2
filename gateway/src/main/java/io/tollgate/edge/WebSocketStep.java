package io.tollgate.edge;

import io.tollgate.key.KeyId;
import io.tollgate.proxy.Route;
import io.tollgate.ring.Grant;
import io.tollgate.wire.Malformed;
import io.tollgate.wire.WebSocketHandshake;
import org.jspecify.annotations.Nullable;

/**
 * What the path does for WebSockets apart: the handshake is checked before anything else is done
 * for it, and each is counted while it lives.
 *
 * <p>Confined to the event loop that owns it.
 */
final class WebSocketStep {
  private final OpenWebSockets open;
  private final Refusals refusals;

  WebSocketStep(OpenWebSockets open, Refusals refusals) {
    this.open = open;
    this.refusals = refusals;
  }

  WebSocketBounds bounds() {
    return open.bounds();
  }

  /** Returns whether the request may go on: it asks for no WebSocket here, or as one asks. */
  boolean isWellFormed(EdgeRequest request, Route route) {
    boolean asks = route.longLived().webSockets() && WebSocketHandshake.isAsked(request.head());
    request.setWebSocket(asks);
    Malformed found = asks ? WebSocketHandshake.check(request.head()) : null;
    if (found != null) {
      // What follows may be frames, or a request that somebody on the way took for such.
      refusals.refuseLast(request, Refusal.of(found));
    }
    return found == null;
  }

  /** Counts the one that the request asks for, if it does; refuses it if there are too many. */
  boolean admit(EdgeRequest request, Grant grant) {
    if (!request.isWebSocket()) {
      return true;
    }
    Refusal refusal = open.take(grant.id());
    if (refusal == null) {
      request.setCounted(grant.id());
    } else {
      refusals.refuse(request, refusal);
    }
    return refusal == null;
  }

  /** The request is over: what was counted for it is not open any more. */
  void release(EdgeRequest request) {
    @Nullable KeyId counted = request.counted();
    if (counted != null) {
      request.setCounted(null);
      open.release(counted);
    }
  }
}
