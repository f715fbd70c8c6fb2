package io.tollgate.edge;

import io.netty.buffer.ByteBuf;
import io.tollgate.proxy.Route;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.Method;
import java.util.TreeSet;

/** Writes refusals to clients. Confined to the event loop that owns it. */
final class Refusals {
  private static final long RETRY_SECONDS = 1;
  private static final String CHALLENGE = "Bearer realm=\"tollgate\"";

  private final EdgeMetrics metrics;
  private final HeadBuffer out = new HeadBuffer();

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

  /** Refuses and ends the connection: what may follow on it has no meaning that is sure. */
  void refuseLast(EdgeRequest request, Refusal refusal) {
    write(request, refusal, RETRY_SECONDS, true);
  }

  private void write(EdgeRequest request, Refusal refusal, long retrySeconds, boolean doubtful) {
    metrics.refused(refusal);
    request.setOutcome(refusal.status(), refusal.code());
    ClientConnection connection = request.connection();
    // A client that was not asked for its body may send it or not: nobody can tell what follows.
    boolean last = doubtful || connection.isUnasked() || !connection.keepsAlive();
    begin(refusal);
    RequestIds.write(request, out);
    request.writeRateLimit(out);
    writeReason(request, refusal, retrySeconds);
    if (last) {
      out.field("connection", "close");
    }
    out.endLine();
    if (doubtful || request.head().method() != Method.HEAD) {
      out.put(refusal.body());
    }
    ByteBuf response = out.toBuffer(connection.channel().alloc(), 0);
    if (doubtful) {
      connection.respondLast(response);
    } else {
      connection.respond(response, last);
    }
  }

  private void begin(Refusal refusal) {
    out.clear()
        .put("HTTP/1.1 ")
        .decimal(refusal.status())
        .put((byte) ' ')
        .put(refusal.reason())
        .endLine()
        .field("content-type", Refusal.MEDIA_TYPE)
        .field("cache-control", "no-store")
        .put("content-length: ")
        .decimal(refusal.body().length())
        .endLine();
  }

  /** Tells what a client can do about it. */
  private void writeReason(EdgeRequest request, Refusal refusal, long retrySeconds) {
    if (refusal.isPassing() && retrySeconds > 0) {
      out.put("retry-after: ").decimal(retrySeconds).endLine();
    }
    switch (refusal) {
      case KEY_INVALID -> out.field("www-authenticate", CHALLENGE + ", error=\"invalid_token\"");
      case CREDENTIAL_MISSING, CREDENTIAL_AMBIGUOUS -> out.field("www-authenticate", CHALLENGE);
      case METHOD_NOT_ALLOWED ->
          out.field("allow", String.join(", ", new TreeSet<>(request.route().allowed())));
      case SCOPE_MISSING -> challengeScopes(request.route());
      default -> {}
    }
  }

  private void challengeScopes(Route route) {
    out.field(
        "www-authenticate",
        CHALLENGE + ", error=\"insufficient_scope\", scope=\"" + route.scopes() + '"');
  }
}
