package io.tollgate.edge;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.tollgate.proxy.Failure;
import io.tollgate.ring.Denial;
import io.tollgate.wire.Malformed;
import io.vertx.core.json.JsonObject;

/**
 * What the edge answers by itself instead of forwarding: RFC 9457 problems with a stable code.
 *
 * <p>A problem's bytes are the same each time, whatever the request: only its headers differ.
 */
enum Refusal {
  REQUEST_MALFORMED(400, "request-malformed", "The request is not well-formed HTTP."),
  TARGET_AMBIGUOUS(
      400, "target-ambiguous", "The request's target could be read in more than one way."),
  WEBSOCKET_MALFORMED(400, "websocket-malformed", "The WebSocket's handshake is not well-formed."),
  PAYMENT_REQUIRED(402, "payment-required", "What the plan grants has been used up."),
  CREDENTIAL_MISSING(401, "credential-missing", "No API key was sent."),
  CREDENTIAL_AMBIGUOUS(401, "credential-ambiguous", "More than one API key was sent."),
  KEY_INVALID(401, "key-invalid", "The API key is not valid."),
  SCOPE_MISSING(403, "scope-missing", "The API key lacks a scope that this path asks for."),
  ADDRESS_NOT_ALLOWED(403, "address-not-allowed", "The API key may not be used from this address."),
  ROUTE_UNKNOWN(404, "route-unknown", "Nothing is served under this path."),
  METHOD_NOT_ALLOWED(405, "method-not-allowed", "This path does not take the request's method."),
  REQUEST_TIMEOUT(408, "request-timeout", "The request came too slowly."),
  BODY_TOO_LARGE(413, "body-too-large", "The request's body is longer than this path takes."),
  REQUEST_LINE_TOO_LONG(414, "request-line-too-long", "The request line is too long."),
  EXPECTATION_UNKNOWN(417, "expectation-unknown", "Expect may only ask for 100-continue."),
  WEBSOCKET_VERSION_UNKNOWN(
      426, "websocket-version-unknown", "WebSockets are spoken here in version 13."),
  RATE_LIMITED(429, "rate-limited", "The API key has used up its rate limit."),
  QUOTA_EXHAUSTED(429, "quota-exhausted", "What the plan grants has been used up."),
  COST_ABOVE_LIMIT(429, "cost-above-limit", "The request costs more than its limit ever has."),
  WEBSOCKETS_PER_KEY(429, "websockets-per-key", "The API key has too many WebSockets open."),
  HEADER_TOO_LARGE(431, "header-too-large", "The request has too many headers, or too large ones."),
  INTERNAL_ERROR(500, "internal-error", "The gateway failed; the fault is not in the request."),
  CODING_UNKNOWN(501, "coding-unknown", "The only transfer coding that is taken is chunked."),
  UPSTREAM_UNREACHABLE(502, "upstream-unreachable", "The service behind can't be reached."),
  UPSTREAM_BROKEN(502, "upstream-broken", "The service behind gave no valid response."),
  STORES_UNREACHABLE(503, "stores-unreachable", "The API key can't be checked at the moment."),
  LOOKUPS_OVERLOADED(503, "lookups-overloaded", "Too many API keys are being checked."),
  UPSTREAM_BUSY(503, "upstream-busy", "The service behind has no connection free."),
  QUOTA_UNREACHABLE(
      503, "quota-unreachable", "What is left of a quota can't be told at the moment."),
  METER_FULL(503, "meter-full", "The request can't be counted at the moment."),
  HEADERS_OVERLOADED(503, "headers-overloaded", "Too many requests are half sent."),
  WEBSOCKETS_OVERLOADED(503, "websockets-overloaded", "Too many WebSockets are open."),
  UPSTREAM_TIMEOUT(504, "upstream-timeout", "The service behind did not answer in time."),
  VERSION_UNKNOWN(505, "version-unknown", "HTTP/1.0 and HTTP/1.1 are spoken here.");

  static final String MEDIA_TYPE = "application/problem+json";

  private final int status;
  private final String code;
  private final String reason;
  private final String detail;
  private final String body;

  Refusal(int status, String code, String detail) {
    this.status = status;
    this.code = code;
    this.detail = detail;
    reason = HttpResponseStatus.valueOf(status).reasonPhrase();
    body =
        new JsonObject()
            .put("type", "urn:tollgate:problem:" + code)
            .put("title", detail)
            .put("status", status)
            .put("code", code)
            .encode();
  }

  static Refusal of(Denial denial) {
    return switch (denial) {
      case KEY_INVALID -> KEY_INVALID;
      case STORES_UNREACHABLE -> STORES_UNREACHABLE;
      case LOOKUPS_OVERLOADED -> LOOKUPS_OVERLOADED;
    };
  }

  static Refusal of(Failure failure) {
    return switch (failure) {
      case UNREACHABLE -> UPSTREAM_UNREACHABLE;
      case BROKEN -> UPSTREAM_BROKEN;
      case SILENT -> UPSTREAM_TIMEOUT;
      case BUSY -> UPSTREAM_BUSY;
      case CLIENT_SILENT -> REQUEST_TIMEOUT;
    };
  }

  static Refusal of(Malformed malformed) {
    return switch (malformed) {
      case REQUEST_LINE, HOST, FIELD, FRAMING, CHUNK, STATUS_LINE -> REQUEST_MALFORMED;
      case TARGET -> TARGET_AMBIGUOUS;
      case VERSION -> VERSION_UNKNOWN;
      case CODING -> CODING_UNKNOWN;
      case EXPECTATION -> EXPECTATION_UNKNOWN;
      case REQUEST_LINE_TOO_LONG -> REQUEST_LINE_TOO_LONG;
      case TOO_MANY_FIELDS -> HEADER_TOO_LARGE;
      case HANDSHAKE -> WEBSOCKET_MALFORMED;
      case HANDSHAKE_VERSION -> WEBSOCKET_VERSION_UNKNOWN;
    };
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  String reason() {
    return reason;
  }

  /** Returns one sentence, in ASCII without a percent sign, so that gRPC has it as it is. */
  String detail() {
    return detail;
  }

  /** Returns the problem, in ASCII. */
  String body() {
    return body;
  }

  /** Whether the same request may succeed when it is sent again a little later. */
  boolean isPassing() {
    return (status == 503 || status == 429) && this != COST_ABOVE_LIMIT;
  }
}
