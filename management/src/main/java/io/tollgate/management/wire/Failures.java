package io.tollgate.management.wire;

import io.tollgate.store.StoreUnreachable;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where a failure becomes an answer: the contract's error envelope. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  /** When to come again after a store did not answer. */
  private static final int STORE_RETRY_AFTER_SECONDS = 1;

  /** How long the sender of too long a body has to read that it is. */
  private static final long LINGER_MILLIS = 1_000;

  private Failures() {}

  static void answer(RoutingContext exchange) {
    answer(exchange, exchange.statusCode());
  }

  /**
   * Answers a failure.
   *
   * @param status what the router makes of it, which it does not always tell the exchange
   */
  static void answer(RoutingContext exchange, int status) {
    HttpServerResponse response = exchange.response();
    if (response.ended() || response.closed()) {
      return;
    }
    String requestId = RequestId.of(exchange);
    answer(
        exchange.vertx(),
        exchange.request(),
        requestId,
        errorOf(exchange.failure(), status, requestId));
  }

  static void answer(Vertx vertx, HttpServerRequest request, String requestId, ApiError error) {
    if (error.status() == 413) {
      // The rest of the body may have no end. Closed later, since whoever still sends while the
      // connection is closed never reads the answer.
      request.response().putHeader(HttpHeaders.CONNECTION, "close");
      vertx.setTimer(LINGER_MILLIS, lingered -> request.connection().close());
    }
    answer(request.response(), requestId, error);
  }

  static void answer(HttpServerResponse response, String requestId, ApiError error) {
    if (error.status() == 401) {
      response.putHeader("WWW-Authenticate", "Bearer");
    }
    if (error.retryAfterSeconds() > 0) {
      response.putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(error.retryAfterSeconds()));
    }
    var envelope =
        new JsonObject()
            .put("errors", new JsonArray().add(error.toJson()))
            .put("clerk_trace_id", requestId);
    response
        .setStatusCode(error.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, Endpoints.CONTENT_TYPE)
        .end(envelope.toBuffer());
  }

  static ApiError errorOf(@Nullable Throwable failure, int status, String requestId) {
    if (failure instanceof ApiError error) {
      return error;
    }
    if (failure instanceof StoreUnreachable) {
      LOG.warn("request {} got no answer from a store: {}", requestId, failure.getMessage());
      return ApiError.unavailable(
          "store_unreachable",
          "Store unreachable",
          "The database does not answer; nothing was changed. Please try again.",
          STORE_RETRY_AFTER_SECONDS);
    }
    int known = failure instanceof HttpException http ? http.getStatusCode() : status;
    return switch (known) {
      case 400 ->
          new ApiError(
              400,
              "malformed_request_parameters",
              "Malformed request parameters",
              "The request's path or query is not well-formed.");
      case 404, 405 -> ApiError.notFound("There is no such endpoint.");
      case 413 -> tooLarge();
      default -> {
        LOG.error("request {} failed", requestId, failure);
        yield new ApiError(
            500, "internal_error", "Internal error", "Something went wrong here, not with you.");
      }
    };
  }

  static ApiError tooLarge() {
    return new ApiError(
        413,
        "request_body_too_large",
        "Request body too large",
        "The body is longer than this service takes.");
  }
}
