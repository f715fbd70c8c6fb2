package io.tollgate.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one request: the gateway's own, and below it the look-up of its key and the
 * forwarding to the upstream.
 *
 * <p>Names follow OpenTelemetry's conventions for HTTP. Left out are those that tell what a client
 * has written, path and query first: traces go to more eyes than logs.
 *
 * <p>Confined to the event loop that serves the request.
 */
public final class RequestTrace {
  static final String NAME_OF_OTHER = "HTTP";

  private static final String OTHER = "_OTHER";
  private static final int CLIENT_ERROR = 400;

  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
  private static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
  private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("tollgate.outcome");
  private static final AttributeKey<String> KEY = AttributeKey.stringKey("tollgate.key.id");
  private static final AttributeKey<String> REQUEST = AttributeKey.stringKey("tollgate.request.id");

  private final Tracer tracer;
  private final String method;
  private final String name;
  private final Span accept;
  private final Context withinAccept;
  private @Nullable Span lookUp;
  private @Nullable Span forward;

  RequestTrace(Tracer tracer, @Nullable String method, Span accept) {
    this.tracer = tracer;
    this.method = method == null ? OTHER : method;
    name = method == null ? NAME_OF_OTHER : method;
    this.accept = accept;
    withinAccept = Context.root().with(accept);
  }

  /** Returns whether anybody will see it; if not, what it is told is lost. */
  public boolean isRecording() {
    return accept.isRecording();
  }

  public String traceId() {
    return accept.getSpanContext().getTraceId();
  }

  /** The key is not known here: the stores are asked. */
  public void lookUp() {
    lookUp = tracer.spanBuilder("look-up").setParent(withinAccept).startSpan();
  }

  /** The stores have answered. */
  public void lookedUp() {
    Span known = lookUp;
    if (known != null) {
      known.end();
    }
  }

  /** The request is handed to an upstream. */
  public void forward() {
    forward =
        tracer
            .spanBuilder(name)
            .setSpanKind(SpanKind.CLIENT)
            .setParent(withinAccept)
            .setAttribute(METHOD, method)
            .startSpan();
  }

  /** It goes to this server; where it is tried on several, the last is told. */
  public void goesTo(String address, int port) {
    Span known = forward;
    if (known != null) {
      known.setAttribute(ADDRESS, address).setAttribute(PORT, (long) port);
    }
  }

  /** Returns what the upstream is sent as {@code traceparent}. */
  public String traceparent() {
    Span innermost = forward == null ? accept : forward;
    SpanContext context = innermost.getSpanContext();
    return "00-"
        + context.getTraceId()
        + '-'
        + context.getSpanId()
        + '-'
        + context.getTraceFlags().asHex();
  }

  /** The upstream has answered. */
  public void answered(int status) {
    Span known = forward;
    if (known != null) {
      known.setAttribute(STATUS, (long) status);
      if (status >= CLIENT_ERROR) {
        fail(known, Integer.toString(status));
      }
    }
  }

  /**
   * The forwarding is over, if there was one.
   *
   * @param error why there was no whole answer; empty if there was
   */
  public void forwarded(String error) {
    Span known = forward;
    if (known != null) {
      if (!error.isEmpty()) {
        fail(known, error);
      }
      known.end();
    }
  }

  public void setRoute(String path) {
    accept.setAttribute(ROUTE, path);
    accept.updateName(name + ' ' + path);
  }

  /** Tells whose request it was: the key's id, never the key. */
  public void setKey(String id) {
    accept.setAttribute(KEY, id);
  }

  /** Tells the name under which it stands in the access log. */
  public void setRequest(String id) {
    accept.setAttribute(REQUEST, id);
  }

  /**
   * The request is over.
   *
   * @param status what was answered; 0 for nothing
   * @param outcome how it ended, in the word of the access log
   * @param error what failed on this side of the client; empty for nothing
   */
  public void end(String scheme, int status, String outcome, String error) {
    accept.setAttribute(METHOD, method);
    accept.setAttribute(SCHEME, scheme);
    accept.setAttribute(OUTCOME, outcome);
    if (status != 0) {
      accept.setAttribute(STATUS, (long) status);
    }
    if (!error.isEmpty()) {
      fail(accept, error);
    }
    accept.end();
  }

  private static void fail(Span span, String error) {
    span.setAttribute(ERROR, error);
    span.setStatus(StatusCode.ERROR);
  }
}
