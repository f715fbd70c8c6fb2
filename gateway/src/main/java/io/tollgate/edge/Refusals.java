package io.tollgate.edge;

import io.tollgate.proxy.Route;
import io.tollgate.wire.HeadBuffer;
import java.util.TreeSet;

/** Writes refusals to clients. Confined to the event loop that owns it. */
final class Refusals {
  private static final long RETRY_SECONDS = 1;
  private static final String CHALLENGE = "Bearer realm=\"tollgate\"";

  private final EdgeMetrics metrics;
  private final HeadBuffer fields = new HeadBuffer();

  Refusals(EdgeMetrics metrics) {
    this.metrics = metrics;
  }

  void refuse(EdgeRequest request, Refusal refusal) {
    write(request, refusal, RETRY_SECONDS, false);
  }

  /** Refuses a request that may be sent again after so many seconds, 0 if nobody knows. */
  void refuseForNow(EdgeRequest request, Refusal refusal, long retryAfterSeconds) {
    write(request, refusal, retryAfterSeconds, false);
  }

  /** Refuses and ends what it came by: nothing that may follow has a meaning that is sure. */
  void refuseLast(EdgeRequest request, Refusal refusal) {
    write(request, refusal, RETRY_SECONDS, true);
  }

  private void write(EdgeRequest request, Refusal refusal, long retrySeconds, boolean last) {
    if (request.isPayment()) {
      request.giveUp();
      request.client().breakOff(refusal);
      return;
    }
    metrics.refused(refusal);
    request.setOutcome(refusal.status(), refusal.code());
    boolean grpc = request.client().isGrpc();
    fields.clear();
    if (grpc) {
      writeStatus(refusal, retrySeconds);
    } else {
      fields
          .field("content-type", Refusal.MEDIA_TYPE)
          .field("cache-control", "no-store")
          .put("content-length: ")
          .decimal(refusal.body().length())
          .endLine();
    }
    RequestIds.write(request, fields);
    request.writeRateLimit(fields);
    if (!grpc) {
      writeReason(request, refusal, retrySeconds);
    }
    request.client().refuse(refusal, fields, last);
  }

  /** Tells a client of gRPC. */
  private void writeStatus(Refusal refusal, long retrySeconds) {
    fields.field("content-type", GrpcStatus.MEDIA_TYPE);
    GrpcStatus.write(refusal, fields);
    if (refusal.isPassing() && retrySeconds > 0) {
      fields.put("grpc-retry-pushback-ms: ").decimal(retrySeconds * 1_000).endLine();
    }
  }

  /** Tells what a client can do about it. */
  private void writeReason(EdgeRequest request, Refusal refusal, long retrySeconds) {
    if (refusal.isPassing() && retrySeconds > 0) {
      fields.put("retry-after: ").decimal(retrySeconds).endLine();
    }
    switch (refusal) {
      case KEY_INVALID -> fields.field("www-authenticate", CHALLENGE + ", error=\"invalid_token\"");
      case CREDENTIAL_MISSING, CREDENTIAL_AMBIGUOUS -> fields.field("www-authenticate", CHALLENGE);
      case METHOD_NOT_ALLOWED ->
          fields.field("allow", String.join(", ", new TreeSet<>(request.route().allowed())));
      case WEBSOCKET_VERSION_UNKNOWN ->
          fields
              .field("upgrade", "websocket")
              .field("connection", "upgrade")
              .field("sec-websocket-version", "13");
      case SCOPE_MISSING -> challengeScopes(request.route());
      default -> {}
    }
  }

  private void challengeScopes(Route route) {
    fields.field(
        "www-authenticate",
        CHALLENGE + ", error=\"insufficient_scope\", scope=\"" + route.scopes() + '"');
  }
}
