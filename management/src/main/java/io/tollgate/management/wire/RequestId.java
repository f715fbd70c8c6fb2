package io.tollgate.management.wire;

import io.vertx.ext.web.RoutingContext;
import java.util.HexFormat;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * A request's name: in its answer's header, in an error's {@code clerk_trace_id}, in the log and in
 * the audit. Always made here: a caller's choice could forge the audit's trail.
 */
public final class RequestId {
  public static final String HEADER = "Tollgate-Request-Id";

  private RequestId() {}

  public static String make(RandomGenerator random) {
    HexFormat hex = HexFormat.of();
    return "req_" + hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }

  /** Returns the id that this exchange was given. */
  public static String of(RoutingContext exchange) {
    return Objects.requireNonNullElse(exchange.response().headers().get(HEADER), "none");
  }
}
