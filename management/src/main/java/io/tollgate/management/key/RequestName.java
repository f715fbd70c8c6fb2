package io.tollgate.management.key;

import io.tollgate.management.wire.Actor;
import io.tollgate.management.wire.ApiError;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a caller names a request that he may send again (the header {@code Idempotency-Key}), and
 * what it asks for. Both as SHA-256; the name is the caller's own, so no other caller's.
 */
record RequestName(Buffer name, Buffer request) {
  private static final String HEADER = "Idempotency-Key";
  private static final int LENGTH_MAX = 255;

  /** Returns the name, or null where the request has none. */
  static @Nullable RequestName of(RoutingContext exchange) {
    List<String> headers = exchange.request().headers().getAll(HEADER);
    if (headers.isEmpty()) {
      return null;
    }
    String header = headers.get(0);
    if (headers.size() > 1 || header.isEmpty() || header.length() > LENGTH_MAX) {
      throw ApiError.parameter(
          "malformed_request_parameters",
          "Malformed request parameters",
          HEADER,
          HEADER + " must stand there once, with 1 to " + LENGTH_MAX + " characters.");
    }
    @Nullable Buffer body = exchange.body().buffer();
    return new RequestName(
        sha256((Actor.of(exchange).name() + '\n' + header).getBytes(StandardCharsets.UTF_8)),
        sha256(body == null ? new byte[0] : body.getBytes()));
  }

  private static Buffer sha256(byte[] bytes) {
    try {
      return Buffer.buffer(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
