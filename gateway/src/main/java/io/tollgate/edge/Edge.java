package io.tollgate.edge;

import io.tollgate.limit.RateLimiter;
import io.tollgate.meter.UsageMeter;
import io.tollgate.proxy.Failure;
import io.tollgate.proxy.Forwarder;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.RouteTable;
import io.tollgate.proxy.Target;
import io.tollgate.ring.Denial;
import io.tollgate.ring.Grant;
import io.tollgate.ring.Verdict;
import io.tollgate.ring.Verifier;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The request's path, from top to bottom.
 *
 * <pre>
 * accept ─► extract ─► identify ─► authorize ─► limit ─► forward ─► meter
 *                         │ the only wait: ring, else Redis, else Postgres
 * </pre>
 *
 * <p>One instance per event loop, confined to it.
 */
final class Edge {
  private static final Logger LOG = LoggerFactory.getLogger(Edge.class);

  private final Context context;
  private final Verifier verifier;
  private final RateLimiter limiter;
  private final Forwarder forwarder;
  private final UsageMeter meter;
  private final Refusals refusals;
  private final EdgeMetrics metrics;
  private final RequestIds requestIds;
  private final LongSupplier monotonicNanos;
  private final Credentials credentials = new Credentials();
  private RouteTable routes;

  Edge(
      Context context,
      EdgeParts parts,
      Forwarder forwarder,
      Refusals refusals,
      RequestIds requestIds,
      RouteTable routes) {
    this.context = context;
    this.verifier = parts.verifier();
    this.limiter = parts.limiter();
    this.meter = parts.meter();
    this.metrics = parts.metrics();
    this.monotonicNanos = parts.monotonicNanos();
    this.forwarder = forwarder;
    this.refusals = refusals;
    this.requestIds = requestIds;
    this.routes = routes;
  }

  /** Takes new routes for the requests that come from now on. */
  void route(RouteTable newRoutes) {
    routes = newRoutes;
    forwarder.retainOnly(newRoutes.routes());
  }

  /** Accept: what is asked for has one meaning, and a route takes it. */
  void accept(HttpServerRequest request) {
    guarded(request, () -> match(request));
  }

  private void match(HttpServerRequest request) {
    String requestId = requestIds.next();
    request.response().putHeader("tollgate-request-id", requestId);
    Target target = Target.parse(request.uri());
    if (target == null) {
      refusals.refuse(request, Refusal.TARGET_AMBIGUOUS);
      return;
    }
    Route route = routes.find(target.path());
    if (route == null) {
      refusals.refuse(request, Refusal.ROUTE_UNKNOWN);
      return;
    }
    if (!route.allows(request.method().name())) {
      refusals.refuseMethod(request, route);
      return;
    }
    extract(new EdgeRequest(request, requestId, target, route));
  }

  /** Extract: one key, in a header that the route reads. */
  private void extract(EdgeRequest asked) {
    Refusal refusal = credentials.extract(asked.http().headers(), asked.route());
    if (refusal != null) {
      refusals.refuse(asked.http(), refusal);
      return;
    }
    identify(asked);
  }

  /** Identify: the ring answers at once; else this is the only wait. */
  private void identify(EdgeRequest asked) {
    Verdict known = verifier.known(credentials.digest(), monotonicNanos.getAsLong());
    if (known != null) {
      metrics.ringHit();
      authorize(asked, known);
      return;
    }
    // The body stays with the client until it is known who asks.
    asked.http().pause();
    // The pad is used by the next request before the answer comes, hence the copies.
    verifier
        .lookUp(credentials.digest().copy(), credentials.secret())
        .onSuccess(
            found ->
                context.runOnContext(
                    unused -> guarded(asked.http(), () -> authorize(asked, found))));
  }

  /** Authorize: the key holds all scopes that the route asks for. */
  private void authorize(EdgeRequest asked, Verdict verdict) {
    switch (verdict) {
      case Denial denial -> refusals.refuse(asked.http(), refusal(denial));
      case Grant grant -> {
        meter.verified();
        if (grant.scopes().covers(asked.route().scopes())) {
          limit(asked, grant);
        } else {
          refusals.refuseScopes(asked.http(), asked.route());
        }
      }
    }
  }

  /** Limit: the key has a place left at its rate. */
  private void limit(EdgeRequest asked, Grant grant) {
    if (!limiter.isLimiting()) {
      forward(asked, grant);
      return;
    }
    long nowNanos = monotonicNanos.getAsLong();
    long waitSeconds = limiter.admit(grant.id(), nowNanos);
    MultiMap headers = asked.http().response().headers();
    headers.set("ratelimit-policy", limiter.policy());
    headers.set("ratelimit", limiter.standing(grant.id(), nowNanos));
    if (waitSeconds > 0) {
      refusals.refuseForNow(asked.http(), Refusal.RATE_LIMITED, waitSeconds);
      return;
    }
    forward(asked, grant);
  }

  /** Forward: headers rebuilt, ours added, body streamed both ways. */
  private void forward(EdgeRequest asked, Grant grant) {
    forwarder.forward(
        asked.http(),
        asked.target(),
        asked.route(),
        headers -> stamp(headers, grant, asked.requestId()),
        new Forwarder.Outcome() {
          @Override
          public void answered(int status, MultiMap responseHeaders) {
            meter(status);
          }

          @Override
          public void failed(Failure failure) {
            failForward(asked, failure);
          }
        });
  }

  /** Meter: counted when the upstream has answered, before its answer goes out. */
  private void meter(int status) {
    metrics.answered(status);
    meter.forwarded(status);
  }

  /** A fault of ours is answered as such, and never leaves a client waiting. */
  private void guarded(HttpServerRequest request, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException fault) {
      LOG.error("a request failed by a fault of the gateway", fault);
      refusals.refuse(request, Refusal.INTERNAL_ERROR);
    }
  }

  private static void stamp(MultiMap headers, Grant grant, String requestId) {
    headers.set("tollgate-key-id", grant.id().toString());
    headers.set("tollgate-subject", grant.subject().id());
    headers.set("tollgate-scopes", grant.scopes().toString());
    headers.set("tollgate-request-id", requestId);
  }

  private void failForward(EdgeRequest asked, Failure failure) {
    @Nullable Refusal refusal = refusal(failure);
    if (refusal == null) {
      metrics.clientGone();
    } else {
      refusals.refuse(asked.http(), refusal);
    }
  }

  private static Refusal refusal(Denial denial) {
    return switch (denial) {
      case KEY_INVALID -> Refusal.KEY_INVALID;
      case STORES_UNREACHABLE -> Refusal.STORES_UNREACHABLE;
      case LOOKUPS_OVERLOADED -> Refusal.LOOKUPS_OVERLOADED;
    };
  }

  private static @Nullable Refusal refusal(Failure failure) {
    return switch (failure) {
      case UNREACHABLE -> Refusal.UPSTREAM_UNREACHABLE;
      case BROKEN -> Refusal.UPSTREAM_BROKEN;
      case SILENT -> Refusal.UPSTREAM_TIMEOUT;
      case BUSY -> Refusal.UPSTREAM_BUSY;
      case CLIENT_GONE -> null;
    };
  }
}
