package io.tollgate.edge;

import io.tollgate.proxy.Route;

/**
 * What the path does for the length of bodies: one that is announced as too long is refused before
 * anything is taken for its request, and before the client is asked for it.
 *
 * <p>One that says nothing of its length is counted as it comes, by the client's side. Confined to
 * the event loop that owns it.
 */
final class BodyStep {
  /** Longer than any body that can come. */
  static final long ANY = Long.MAX_VALUE;

  private final long bytesMax;
  private final Refusals refusals;

  /**
   * Makes the step.
   *
   * @param bytesMax what holds where a route says nothing; 0 for any length
   */
  BodyStep(long bytesMax, Refusals refusals) {
    this.bytesMax = bytesMax;
    this.refusals = refusals;
  }

  /** Notes how long the body may be. */
  void begin(EdgeRequest request, Route route) {
    Long own = route.bodyBytesMax();
    long max = own == null ? bytesMax : own;
    request.setBodyBytesMax(max == 0 ? ANY : max);
  }

  /** Returns whether the body may come, by the length that is announced; refuses it if not. */
  boolean admit(EdgeRequest request) {
    return fits(request, request.head().contentLength());
  }

  /** Returns whether it may go on, by what came while others were waited for; refuses if not. */
  boolean mayGoOn(EdgeRequest request) {
    return fits(request, request.client().bodyBytes());
  }

  private boolean fits(EdgeRequest request, long bytes) {
    boolean holds = bytes <= request.bodyBytesMax();
    if (!holds) {
      refusals.refuse(request, Refusal.BODY_TOO_LARGE);
    }
    return holds;
  }
}
