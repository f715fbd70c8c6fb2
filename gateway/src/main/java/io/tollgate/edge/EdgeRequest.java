package io.tollgate.edge;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.tollgate.key.KeyId;
import io.tollgate.limit.Admission;
import io.tollgate.proxy.Route;
import io.tollgate.quota.Allowances;
import io.tollgate.quota.Allowances.Reached;
import io.tollgate.ring.Grant;
import io.tollgate.trace.RequestTrace;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.Method;
import io.tollgate.wire.RequestHead;
import io.tollgate.wire.TraceContext;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request that is served: what was asked, and what the path has found so far. A connection by
 * HTTP/1.1 has one for all its requests, which come one after the other.
 *
 * <p>Confined to the event loop of its client.
 */
final class EdgeRequest {
  /** The one that this pays another interval of; null where it is a request of a client's. */
  private final @Nullable EdgeRequest payer;

  private EdgeClient client;
  private @Nullable RequestHead head;
  private @Nullable Route route;
  private long bodyBytesMax;
  private @Nullable Grant grant;
  private final Admission admission = new Admission();
  private @Nullable Allowances allowances;
  private int taken;
  private long idHigh;
  private long idLow;
  private long startNanos;
  private long confirmedNanos;
  private boolean renewing;
  private int status;
  private String outcome = "";
  private @Nullable RequestTrace trace;
  private boolean webSocket;
  private boolean switched;
  private boolean over;
  private @Nullable KeyId counted;
  private @Nullable AccessEntry asked;
  private long intervalNanos;
  private long dueNanos;
  private @Nullable EdgeRequest payment;

  EdgeRequest(EdgeClient client) {
    this.client = client;
    payer = null;
  }

  private EdgeRequest(EdgeRequest payer, Grant by) {
    this.payer = payer;
    client = payer.client;
    route = payer.route;
    status = payer.status;
    grant = by;
    over = true;
  }

  void begin(RequestHead newHead, long nowNanos) {
    head = newHead;
    route = null;
    grant = null;
    admission.clear();
    startNanos = nowNanos;
    confirmedNanos = nowNanos;
    renewing = false;
    trace = null;
    webSocket = false;
    switched = false;
    over = false;
    asked = null;
    intervalNanos = 0;
    payment = null;
  }

  /** What has been paid holds for that long from now on; 0 for ever. */
  void payFrom(long nowNanos, long newIntervalNanos) {
    intervalNanos = newIntervalNanos;
    dueNanos = nowNanos + newIntervalNanos;
  }

  /** Returns whether it pays again and again while it goes on. */
  boolean paysAgain() {
    return intervalNanos > 0;
  }

  /** Returns what pays its next interval, as a request of its own; null if none is due. */
  @Nullable EdgeRequest takeDue(long nowNanos) {
    Grant by = grant;
    if (intervalNanos == 0 || over || payment != null || by == null || nowNanos - dueNanos < 0) {
      return null;
    }
    dueNanos += intervalNanos;
    EdgeRequest due = new EdgeRequest(this, by);
    payment = due;
    return due;
  }

  /** Returns whether it pays another interval of what goes on: that has its answer already. */
  boolean isPayment() {
    return payer != null;
  }

  /** The interval is paid for. */
  void paid() {
    if (payer != null) {
      payer.payment = null;
    }
  }

  /** The interval is not paid for: what was taken goes back. */
  void giveUp() {
    settle(Reached.NOTHING);
    paid();
  }

  /** Returns whether nobody waits for it any more. */
  boolean isGone() {
    return payer == null ? client.isGone() : payer.payment != this;
  }

  /** Keeps what the access log says of the head, which is handed back next. */
  void keepForLog() {
    asked = toAccessEntry(0);
  }

  /** Ends the request and hands its head back. */
  @Nullable RequestHead end() {
    RequestHead ended = head;
    head = null;
    return ended;
  }

  EdgeClient client() {
    return client;
  }

  void setClient(EdgeClient next) {
    client = next;
  }

  void setWebSocket(boolean asks) {
    webSocket = asks;
  }

  /** Returns whether it asks for a WebSocket. */
  boolean isWebSocket() {
    return webSocket;
  }

  void setSwitched() {
    switched = true;
  }

  /** Returns whether it has become a WebSocket. */
  boolean isSwitched() {
    return switched;
  }

  void setCounted(@Nullable KeyId key) {
    counted = key;
  }

  /** Returns the key whose WebSocket it is counted as, if it is. */
  @Nullable KeyId counted() {
    return counted;
  }

  void setOver() {
    over = true;
    EdgeRequest unpaid = payment;
    if (unpaid != null) {
      unpaid.giveUp();
    }
  }

  /** Returns whether all was done that is done when it ends. */
  boolean isOver() {
    return over;
  }

  RequestHead head() {
    return Objects.requireNonNull(head, "no request is served");
  }

  void setId(long high, long low) {
    idHigh = high;
    idLow = low;
  }

  long idHigh() {
    return idHigh;
  }

  long idLow() {
    return idLow;
  }

  /** Notes how the request ended: a refusal's code, or {@code upstream}. */
  void setOutcome(int newStatus, String newOutcome) {
    status = newStatus;
    outcome = newOutcome;
  }

  int status() {
    return status;
  }

  String outcome() {
    return outcome;
  }

  long startNanos() {
    return startNanos;
  }

  /** Returns since when, by the monotonic clock, nobody has asked whether the key still holds. */
  long confirmedNanos() {
    return confirmedNanos;
  }

  /** Notes when it was asked; an answer that comes late takes nothing back of a later one. */
  void setConfirmed(long askedNanos) {
    if (askedNanos - confirmedNanos > 0) {
      confirmedNanos = askedNanos;
    }
  }

  boolean isRenewing() {
    return renewing;
  }

  void setRenewing(boolean newRenewing) {
    renewing = newRenewing;
  }

  void setTrace(@Nullable RequestTrace newTrace) {
    trace = newTrace;
  }

  /** Returns its spans; null where none are made. */
  @Nullable RequestTrace trace() {
    return trace;
  }

  void setRoute(Route found) {
    route = found;
  }

  Route route() {
    return Objects.requireNonNull(route, "no route has been found");
  }

  @Nullable Route routeIfFound() {
    return route;
  }

  /** Returns how many units it counts. */
  int cost() {
    return route().cost();
  }

  void setBodyBytesMax(long bytes) {
    bodyBytesMax = bytes;
  }

  /** Returns the longest body that its route takes. */
  long bodyBytesMax() {
    return bodyBytesMax;
  }

  void setGrant(Grant identified) {
    // Whatever is still being asked of the one before is not waited for.
    renewing &= identified.equals(grant);
    grant = identified;
  }

  /** Returns what the key may do; null for a pre-flight, which carries none. */
  @Nullable Grant grant() {
    return grant;
  }

  /** Returns what the limiter says of it. */
  Admission admission() {
    return admission;
  }

  /** Notes of which allowances its cost was taken, until {@link #settle}. */
  void setTaken(Allowances of, int newTaken) {
    allowances = of;
    taken = newTaken;
  }

  /** Settles what was taken, if that was not done before. */
  void settle(Reached reached) {
    Allowances known = allowances;
    if (known != null) {
      allowances = null;
      known.settle(taken, cost(), reached);
    }
  }

  /** Tells the client how it stands, where it is limited. */
  void writeRateLimit(HeadBuffer out) {
    if (admission.isLimited()) {
      out.field("ratelimit-policy", admission.policy());
      out.put("ratelimit: \"").put(admission.strictest()).put("\";r=");
      out.decimal(admission.remaining()).put(";t=").decimal(admission.fullInSeconds()).endLine();
    }
  }

  /** Tells the access log of the request; it must not have been malformed before its target. */
  AccessEntry toAccessEntry(long nanos) {
    AccessEntry kept = asked;
    if (kept != null) {
      return kept.endedAs(status, outcome, NANOSECONDS.toMicros(nanos));
    }
    RequestHead asking = head();
    Method method = asking.method();
    Route taken = route;
    Grant held = grant;
    RequestTrace traced = trace;
    return new AccessEntry(
        System.currentTimeMillis() - NANOSECONDS.toMillis(nanos),
        idHigh,
        idLow,
        client.address(),
        method == null ? "" : method.name(),
        asking.pathText(),
        taken == null ? "" : taken.path(),
        status,
        outcome,
        NANOSECONDS.toMicros(nanos),
        held == null ? null : held.id(),
        traced == null ? TraceContext.traceId(asking) : traced.traceId());
  }
}
