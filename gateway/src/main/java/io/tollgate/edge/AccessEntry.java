package io.tollgate.edge;

import io.tollgate.key.KeyId;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * One line of the access log: who asked for what and what became of it. The path stands without its
 * query, which often carries what a log must not. Immutable.
 *
 * @param atMillis when the head had come, in milliseconds since the epoch
 * @param method empty where the request's was none that is served
 * @param route the route's path, empty if none was found
 * @param status what the client got; {@link #LEFT} if it left before
 * @param outcome a refusal's code, {@code upstream}, {@code left} or {@code cut}
 * @param micros from the whole head to the response's last byte
 * @param traceId of the W3C trace that it is part of, empty if there is none
 */
record AccessEntry(
    long atMillis,
    long idHigh,
    long idLow,
    String address,
    String method,
    String path,
    String route,
    int status,
    String outcome,
    long micros,
    @Nullable KeyId key,
    String traceId) {
  /** As nginx logs it; no server sends it. */
  static final int LEFT = 499;

  static final String FROM_UPSTREAM = "upstream";
  static final String GONE = "left";
  static final String CUT = "cut";

  /** Returns the same of a request that has ended since. */
  AccessEntry endedAs(int newStatus, String newOutcome, long newMicros) {
    return new AccessEntry(
        atMillis,
        idHigh,
        idLow,
        address,
        method,
        path,
        route,
        newStatus,
        newOutcome,
        newMicros,
        key,
        traceId);
  }

  String toJson() {
    HexFormat hex = HexFormat.of();
    var line =
        new JsonObject()
            .put("time", Instant.ofEpochMilli(atMillis).toString())
            .put("request_id", "req_" + hex.toHexDigits(idHigh) + hex.toHexDigits(idLow))
            .put("address", address)
            .put("method", method)
            .put("path", path)
            .put("route", route)
            .put("status", status)
            .put("outcome", outcome)
            .put("duration_us", micros);
    if (key != null) {
      line.put("key_id", key.toString());
    }
    if (!traceId.isEmpty()) {
      line.put("trace_id", traceId);
    }
    return line.encode();
  }
}
