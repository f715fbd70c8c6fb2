package io.tollgate.edge;

import io.tollgate.proxy.Route;
import io.tollgate.proxy.UnreadBody;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.TreeSet;

/** Writes refusals to clients. Confined to the event loop that owns it. */
final class Refusals {
  private static final long RETRY_SECONDS = 1;
  private static final String CHALLENGE = "Bearer realm=\"tollgate\"";

  private final Vertx vertx;
  private final EdgeMetrics metrics;

  Refusals(Vertx vertx, EdgeMetrics metrics) {
    this.vertx = vertx;
    this.metrics = metrics;
  }

  void refuse(HttpServerRequest request, Refusal refusal) {
    if (refusal.isPassing()) {
      refuseForNow(request, refusal, RETRY_SECONDS);
      return;
    }
    if (refusal.status() == 401) {
      boolean invalid = refusal == Refusal.KEY_INVALID;
      request
          .response()
          .putHeader(
              "www-authenticate", invalid ? CHALLENGE + ", error=\"invalid_token\"" : CHALLENGE);
    }
    write(request, refusal);
  }

  void refuseForNow(HttpServerRequest request, Refusal refusal, long retryAfterSeconds) {
    request.response().putHeader("retry-after", Long.toString(retryAfterSeconds));
    write(request, refusal);
  }

  void refuseMethod(HttpServerRequest request, Route route) {
    request.response().putHeader("allow", String.join(", ", new TreeSet<>(route.allowed())));
    write(request, Refusal.METHOD_NOT_ALLOWED);
  }

  void refuseScopes(HttpServerRequest request, Route route) {
    request
        .response()
        .putHeader(
            "www-authenticate",
            CHALLENGE + ", error=\"insufficient_scope\", scope=\"" + route.scopes() + '"');
    write(request, Refusal.SCOPE_MISSING);
  }

  private void write(HttpServerRequest request, Refusal refusal) {
    metrics.refused(refusal);
    HttpServerResponse response = request.response();
    if (response.closed() || response.ended()) {
      return;
    }
    response
        .setStatusCode(refusal.status())
        .putHeader("content-type", Refusal.MEDIA_TYPE)
        .putHeader("cache-control", "no-store")
        .end(refusal.body());
    UnreadBody.discard(vertx, request);
  }
}
