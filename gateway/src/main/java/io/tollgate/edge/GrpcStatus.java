package io.tollgate.edge;

import io.tollgate.wire.HeadBuffer;

/**
 * What a refusal is called by gRPC, whose clients read no HTTP status and no body: one head with
 * its status, by HTTP 200 (gRPC over HTTP/2, "Trailers-Only").
 */
enum GrpcStatus {
  DEADLINE_EXCEEDED(4),
  PERMISSION_DENIED(7),
  RESOURCE_EXHAUSTED(8),
  UNIMPLEMENTED(12),
  INTERNAL(13),
  UNAVAILABLE(14),
  UNAUTHENTICATED(16);

  static final String MEDIA_TYPE = "application/grpc";

  private final int code;

  GrpcStatus(int code) {
    this.code = code;
  }

  /** Writes what a refusal is called, and its code in front, since there is no field for that. */
  static void write(Refusal refusal, HeadBuffer to) {
    to.put("grpc-status: ").decimal(of(refusal).code).endLine();
    to.field("grpc-message", refusal.code() + ": " + refusal.detail());
  }

  /**
   * Returns what a refusal is called: by gRPC's own "HTTP to gRPC status code mapping", but for
   * what that has no better word for than UNKNOWN: a plan that is used up or a head that is too
   * large is RESOURCE_EXHAUSTED, an upstream that is too slow DEADLINE_EXCEEDED.
   */
  static GrpcStatus of(Refusal refusal) {
    return switch (refusal.status()) {
      case 401 -> UNAUTHENTICATED;
      case 403 -> PERMISSION_DENIED;
      case 404, 405 -> UNIMPLEMENTED;
      case 402, 413, 414, 429, 431 -> RESOURCE_EXHAUSTED;
      case 408, 504 -> DEADLINE_EXCEEDED;
      case 502, 503 -> UNAVAILABLE;
      // The request's bytes are the client library's, not the caller's: its mapping says so too.
      default -> INTERNAL;
    };
  }
}
