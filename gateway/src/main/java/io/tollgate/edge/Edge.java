package io.tollgate.edge;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.netty.channel.EventLoop;
import io.tollgate.access.AddressRanges;
import io.tollgate.meter.LoopMeter;
import io.tollgate.proxy.Failure;
import io.tollgate.proxy.Forwarder;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.RouteTable;
import io.tollgate.quota.Allowances.Reached;
import io.tollgate.ring.Access;
import io.tollgate.ring.Denial;
import io.tollgate.ring.Grant;
import io.tollgate.ring.Verdict;
import io.tollgate.ring.Verifier;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.RequestHead;
import io.tollgate.wire.ResponseHead;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The request's path, from top to bottom.
 *
 * <pre>
 * accept ─► extract ─► identify ─► authorize ─► quota ─► limit ─► forward ─► meter
 *                         │                        │        │ lease, else Redis
 *                         │                        │ lease, else Postgres
 *                         │ ring, else Redis, else Postgres
 * </pre>
 *
 * <p>One instance per event loop, confined to it.
 */
final class Edge {
  /** How long a client may go on sending a body that nobody wants. */
  static final Duration LINGER = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(Edge.class);

  private final EventLoop eventLoop;
  private final EdgeParts parts;
  private final Verifier verifier;
  private final QuotaStep quotas;
  private final LimitStep limits;
  private final WebSocketStep webSockets;
  private final BodyStep bodies;
  private final Renewal renewal;
  private final MeterStep meter;
  private final EdgeMetrics metrics;
  private final Forwarder forwarder;
  private final RequestIds requestIds;
  private final Refusals refusals;
  private final IntervalStep intervals;
  private final Credentials credentials = new Credentials();
  private final RouteTimers timers;
  private final Principals principals;
  private final Spans spans;
  private RouteTable routes;

  Edge(
      EventLoop eventLoop,
      EdgeParts parts,
      LoopMeter loopMeter,
      Forwarder forwarder,
      RequestIds requestIds,
      RouteTable routes) {
    this.eventLoop = eventLoop;
    this.parts = parts;
    this.verifier = parts.verifier();
    this.metrics = parts.metrics();
    this.forwarder = forwarder;
    this.requestIds = requestIds;
    this.routes = routes;
    refusals = new Refusals(parts.metrics());
    var recheck = new Recheck(this, eventLoop, verifier, refusals);
    quotas = new QuotaStep(this, eventLoop, parts.quotas(), recheck);
    limits = new LimitStep(this, eventLoop, parts.limiter(), recheck);
    renewal = new Renewal(eventLoop, verifier, metrics);
    webSockets = new WebSocketStep(parts.webSockets(), refusals);
    meter = new MeterStep(loopMeter, refusals);
    intervals = new IntervalStep(quotas, meter);
    bodies = new BodyStep(parts.clients().bodyBytesMax(), refusals);
    timers = new RouteTimers(parts.metrics());
    principals = new Principals(parts.principals(), verifier::storeMillis);
    spans = new Spans(parts.tracing());
  }

  /** Takes new routes for the requests that come from now on. */
  void route(RouteTable newRoutes) {
    routes = newRoutes;
    timers.forget();
    forwarder.routesChanged();
  }

  /** Returns the time of the coarse clock, which deadlines are counted by. */
  long nowNanos() {
    return forwarder.nowNanos();
  }

  /** Reads the monotonic clock itself, by which the coarse one then goes on. */
  long readClock() {
    long nowNanos = parts.monotonicNanos().getAsLong();
    forwarder.passed(nowNanos);
    return nowNanos;
  }

  /** Accept: what is asked for has one meaning, and a route takes it. */
  void accept(EdgeRequest request) {
    requestIds.name(request);
    try {
      request.setTrace(spans.begin(request.head()));
      match(request);
    } catch (RuntimeException fault) {
      blame(request, fault);
    }
  }

  private void match(EdgeRequest request) {
    RequestHead head = request.head();
    Route route = routes.find(head.path(), head.pathStart(), head.pathEnd());
    if (route == null) {
      refusals.refuse(request, Refusal.ROUTE_UNKNOWN);
      return;
    }
    request.setRoute(route);
    bodies.begin(request, route);
    if (!route.allows(head.method())) {
      refusals.refuse(request, Refusal.METHOD_NOT_ALLOWED);
    } else if (route.preflight() && head.isPreflight()) {
      forward(request);
    } else if (webSockets.isWellFormed(request, route)) {
      extract(request, route);
    }
  }

  /** Extract: one key, in a field that the route reads. */
  private void extract(EdgeRequest request, Route route) {
    Refusal refusal = credentials.extract(request.head(), route);
    if (refusal == null) {
      identify(request);
    } else {
      refusals.refuse(request, refusal);
    }
  }

  /** Identify: the ring answers at once; else this is a wait. */
  private void identify(EdgeRequest request) {
    Verdict known = verifier.known(credentials.digest(), request.startNanos());
    if (known != null) {
      metrics.ringHit();
      authorize(request, known);
      return;
    }
    Spans.lookUp(request.trace());
    // The pad is used by the next request before the answer comes, hence the copies.
    verifier
        .lookUp(credentials.digest().copy(), credentials.secret(request.head()))
        .onSuccess(found -> eventLoop.execute(() -> identified(request, found)));
  }

  private void identified(EdgeRequest request, Verdict found) {
    // What is counted from here on is not to begin before the wait.
    readClock();
    Spans.lookedUp(request.trace());
    if (request.client().isGone()) {
      left(request, false);
      return;
    }
    try {
      authorize(request, found);
    } catch (RuntimeException fault) {
      blame(request, fault);
    }
  }

  /** Authorize: the key may be used from there, and holds all scopes that the route asks for. */
  private void authorize(EdgeRequest request, Verdict verdict) {
    switch (verdict) {
      case Denial denial -> refusals.refuse(request, Refusal.of(denial));
      case Access foreign -> refusals.refuse(request, Refusal.KEY_INVALID);
      case Grant grant -> {
        if (!meter.admit(request, grant)) {
          return;
        }
        request.setGrant(grant);
        Refusal refusal = refusal(request, grant);
        if (refusal == null) {
          verifier.noteUse(grant);
          quota(request, grant);
        } else {
          refusals.refuse(request, refusal);
        }
      }
    }
  }

  static @Nullable Refusal refusal(EdgeRequest request, Grant grant) {
    AddressRanges allowed = grant.addresses();
    if (!allowed.isEmpty() && !allowed.contains(request.client().origin().client())) {
      return Refusal.ADDRESS_NOT_ALLOWED;
    }
    return grant.scopes().covers(request.route().scopes()) ? null : Refusal.SCOPE_MISSING;
  }

  /** Quota: units are left of all that the plan grants; a lease answers at once, or it waits. */
  private void quota(EdgeRequest request, Grant grant) {
    if (bodies.admit(request) && webSockets.admit(request, grant)) {
      quotas.take(request, grant);
    }
  }

  WebSocketBounds webSocketBounds() {
    return webSockets.bounds();
  }

  /** Limit: the rates have a place left; a lease answers at once, or it waits. */
  void limit(EdgeRequest request, Grant grant) {
    limits.take(request, grant);
  }

  /** Refuses by a limit or a quota, which is counted apart. */
  void refuseCounted(EdgeRequest request, Grant grant, Refusal refusal, long waitSeconds) {
    meter.refused(request, grant);
    refusals.refuseForNow(request, refusal, waitSeconds);
  }

  /** Forward: head rebuilt, ours added, body streamed both ways. */
  void forward(EdgeRequest request) {
    if (request.isPayment()) {
      intervals.paid(request);
      return;
    }
    if (bodies.mayGoOn(request)) {
      EdgeClient client = request.client();
      Spans.forward(request.trace());
      client.forward(forwarder.open(client, request.route(), request.isWebSocket()));
    }
  }

  /** Adds to the upstream's request who asks; the client's own words on that are gone. */
  void stamp(EdgeRequest request, URI target, HeadBuffer out) {
    Grant grant = request.grant();
    if (grant != null) {
      out.put("tollgate-key-id: ak_").hex(grant.id().high()).hex(grant.id().low()).endLine();
      out.field("tollgate-subject", grant.subject().id());
      out.field("tollgate-scopes", grant.scopes().toString());
      String audience = request.route().principal();
      if (!audience.isEmpty()) {
        out.field("tollgate-principal", principals.of(grant, audience));
      }
    }
    String certificate = request.client().origin().certificate();
    if (!certificate.isEmpty()) {
      out.field("client-cert", certificate);
    }
    RequestIds.write(request, out);
    Spans.stamp(request.trace(), target, out);
  }

  /** Meter: counted when the upstream has answered, before its answer goes out. */
  void answered(EdgeRequest request, int status, HeadBuffer out) {
    metrics.answered(status);
    Spans.answered(request.trace(), status);
    request.setOutcome(status, AccessEntry.FROM_UPSTREAM);
    meter.answered(request, status);
    intervals.begin(request, nowNanos());
    RequestIds.write(request, out);
    request.writeRateLimit(out);
    if (status == ResponseHead.SWITCHING_PROTOCOLS) {
      request.setSwitched();
      record(request, readClock() - request.startNanos());
    }
  }

  /** Hands the head back of a request that has become a WebSocket, which goes on for long. */
  @Nullable RequestHead letGoOfHead(EdgeRequest request) {
    if (parts.accessLog() != null) {
      request.keepForLog();
    }
    return request.end();
  }

  /** Meter: counted when it is sure that the upstream, which was asked, will not have answered. */
  void unanswered(EdgeRequest request) {
    meter.unanswered(request);
  }

  /** The response is out. */
  void ended(EdgeRequest request) {
    // What never came to an upstream takes nothing.
    request.settle(Reached.NOTHING);
    Spans.ended(request);
    metrics.ended(request.outcome());
    request.setOver();
    webSockets.release(request);
    long nanos = readClock() - request.startNanos();
    if (!request.isSwitched()) {
      record(request, nanos);
    }
    AccessLog log = parts.accessLog();
    if (log != null) {
      log.write(request.toAccessEntry(nanos));
    }
  }

  private void record(EdgeRequest request, long nanos) {
    Route route = request.routeIfFound();
    if (route != null) {
      timers.of(route).record(nanos, NANOSECONDS);
    }
  }

  /** No response came from the upstream. */
  void failed(EdgeRequest request, Failure failure) {
    if (failure == Failure.CLIENT_SILENT) {
      refusals.refuseLast(request, Refusal.of(failure));
    } else {
      refusals.refuse(request, Refusal.of(failure));
    }
  }

  /** Hears of each tick of the event loop, before its exchanges do. */
  void tick(long nowNanos) {
    renewal.tick(nowNanos);
  }

  /**
   * Looks again, now and then, at what has been under way for a while: its key, and what it owes.
   */
  void renew(EdgeRequest request, long nowNanos) {
    renewal.renew(request, nowNanos);
    intervals.look(request, nowNanos);
  }

  /** The client left while its request was under way. */
  void left(EdgeRequest request, boolean answered) {
    if (request.isOver()) {
      // What it was to pay for has ended: what was taken since goes back.
      request.settle(Reached.NOTHING);
      return;
    }
    if (!answered) {
      metrics.clientGone();
    }
    request.setOutcome(answered ? request.status() : AccessEntry.LEFT, AccessEntry.GONE);
    ended(request);
  }

  /** The response broke off. */
  void cut(EdgeRequest request) {
    request.setOutcome(request.status(), AccessEntry.CUT);
    ended(request);
  }

  /** A WebSocket has ended. */
  void closed(EdgeRequest request, String outcome) {
    request.setOutcome(ResponseHead.SWITCHING_PROTOCOLS, outcome);
    ended(request);
  }

  /** What came of the request after its head is not to be taken; it keeps its name. */
  void breakOff(EdgeRequest request, Refusal refusal) {
    refusals.refuseLast(request, refusal);
  }

  /** What came is no request that could be served, and what follows it none that is sure. */
  void refuseLast(EdgeRequest request, Refusal refusal) {
    requestIds.name(request);
    request.setTrace(spans.begin(null));
    refusals.refuseLast(request, refusal);
  }

  /** A fault of ours is answered as such, and never leaves a client waiting. */
  void blame(EdgeRequest request, RuntimeException fault) {
    LOG.error("a request failed by a fault of the gateway", fault);
    if (request.client().isDeciding()) {
      refusals.refuseLast(request, Refusal.INTERNAL_ERROR);
    } else {
      request.client().close();
    }
  }
}
