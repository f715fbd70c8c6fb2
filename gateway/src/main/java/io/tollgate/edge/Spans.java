package io.tollgate.edge;

import io.tollgate.proxy.Route;
import io.tollgate.ring.Grant;
import io.tollgate.trace.RequestTrace;
import io.tollgate.trace.Tracing;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.Method;
import io.tollgate.wire.RequestHead;
import io.tollgate.wire.ResponseHead;
import io.tollgate.wire.TraceContext;
import java.net.URI;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What the path's steps tell of a request to its spans. Where none are made, each step costs a look
 * whether there are any.
 */
final class Spans {
  private final @Nullable Tracing tracing;

  Spans(@Nullable Tracing tracing) {
    this.tracing = tracing;
  }

  /**
   * Begins the spans of a request.
   *
   * @param head null where what came is no request that could be served: not even its trace is
   *     believed then
   * @return null where none are made
   */
  @Nullable RequestTrace begin(@Nullable RequestHead head) {
    Tracing known = tracing;
    if (known == null) {
      return null;
    }
    if (head == null) {
      return known.begin(null, "");
    }
    RequestTrace trace = known.begin(name(head), TraceContext.parent(head));
    head.replaceTrace();
    return trace;
  }

  private static @Nullable String name(RequestHead head) {
    Method method = head.method();
    return method == null ? null : method.name();
  }

  static void lookUp(@Nullable RequestTrace trace) {
    if (trace != null) {
      trace.lookUp();
    }
  }

  static void lookedUp(@Nullable RequestTrace trace) {
    if (trace != null) {
      trace.lookedUp();
    }
  }

  static void forward(@Nullable RequestTrace trace) {
    if (trace != null) {
      trace.forward();
    }
  }

  private static String host(URI upstream) {
    String host = upstream.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static int port(URI upstream) {
    if (upstream.getPort() >= 0) {
      return upstream.getPort();
    }
    return "https".equals(upstream.getScheme()) ? 443 : 80;
  }

  /** Writes the trace of which the upstream's spans are part. */
  static void stamp(@Nullable RequestTrace trace, URI target, HeadBuffer out) {
    if (trace != null) {
      trace.goesTo(host(target), port(target));
      out.field("traceparent", trace.traceparent());
    }
  }

  static void answered(@Nullable RequestTrace trace, int status) {
    if (trace != null) {
      trace.answered(status);
    }
  }

  static void ended(EdgeRequest request) {
    RequestTrace trace = request.trace();
    if (trace != null) {
      String outcome = request.outcome();
      trace.forwarded(outcome.equals(AccessEntry.FROM_UPSTREAM) ? "" : outcome);
      if (trace.isRecording()) {
        describe(trace, request);
      }
      int status = request.status();
      boolean unanswered = status == AccessEntry.LEFT && outcome.equals(AccessEntry.GONE);
      String scheme = request.client().scheme();
      trace.end(scheme, unanswered ? 0 : status, outcome, error(status, outcome));
    }
  }

  private static void describe(RequestTrace trace, EdgeRequest request) {
    Route route = request.routeIfFound();
    if (route != null) {
      trace.setRoute(route.path());
    }
    Grant grant = request.grant();
    if (grant != null) {
      trace.setKey(grant.id().toString());
    }
    HexFormat hex = HexFormat.of();
    trace.setRequest("req_" + hex.toHexDigits(request.idHigh()) + hex.toHexDigits(request.idLow()));
  }

  /** Returns what the server has failed by; empty if it has not, as where a client has left. */
  private static String error(int status, String outcome) {
    if (outcome.equals(AccessEntry.CUT)) {
      return outcome;
    }
    if (status < ResponseHead.SERVER_ERROR) {
      return "";
    }
    return outcome.equals(AccessEntry.FROM_UPSTREAM) ? Integer.toString(status) : outcome;
  }
}
