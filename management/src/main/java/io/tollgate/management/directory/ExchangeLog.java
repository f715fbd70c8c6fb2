package io.tollgate.management.directory;

import io.tollgate.management.connection.ConnectionLog;
import io.tollgate.management.scim.ScimError;
import io.tollgate.management.wire.RequestId;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells the log of a connection of each exchange. It never waits. */
final class ExchangeLog {
  private static final int BODY_BYTES_MAX = 64 * 1024;
  private static final int TEXT_MAX = 1_000;

  /** What a query may name; of all else nobody knows whether it is secret. */
  private static final List<String> PARAMETERS =
      List.of(
          "filter",
          "sortBy",
          "sortOrder",
          "startIndex",
          "count",
          "attributes",
          "excludedAttributes");

  private final ConnectionLog log;

  ExchangeLog(ConnectionLog log) {
    this.log = log;
  }

  void add(RoutingContext exchange, Noted noted) {
    @Nullable String connectionId = noted.connectionId();
    if (connectionId == null) {
      return;
    }
    @Nullable ScimError error = noted.error();
    @Nullable Advice advice = error == null ? null : Advice.of(error, noted.endpoint());
    JsonObject detail = request(exchange, noted);
    if (error != null && advice != null) {
      detail.put("message", error.detail()).put("next", advice.next());
      putIfSet(detail, "scim_type", error.scimType());
    }
    if (!noted.warnings().isEmpty()) {
      detail.put("warnings_count", noted.warningCount());
      detail.put(
          "warnings", new JsonArray(noted.warnings().stream().map(ExchangeLog::cut).toList()));
    }
    log.add(
        new ConnectionLog.Entry(
            connectionId,
            ConnectionLog.Channel.SCIM,
            advice == null ? code(noted) : advice.code(),
            outcome(noted),
            noted.userId(),
            detail,
            body(exchange, detail)));
  }

  private static String code(Noted noted) {
    return Objects.requireNonNullElseGet(
        noted.warningCode(), () -> noted.endpoint().replace('.', '_'));
  }

  private static ConnectionLog.Outcome outcome(Noted noted) {
    if (noted.error() != null) {
      return ConnectionLog.Outcome.FAILURE;
    }
    return noted.warnings().isEmpty()
        ? ConnectionLog.Outcome.SUCCESS
        : ConnectionLog.Outcome.WARNING;
  }

  private static JsonObject request(RoutingContext exchange, Noted noted) {
    @Nullable String agent = exchange.request().getHeader(HttpHeaders.USER_AGENT);
    JsonObject detail =
        new JsonObject()
            .put("request_id", RequestId.of(exchange))
            .put("step", noted.endpoint())
            .put("method", exchange.request().method().name())
            .put("status", exchange.response().getStatusCode())
            .put("duration_ms", TimeUnit.NANOSECONDS.toMillis(noted.nanos()))
            .put("client", Client.of(exchange.request()));
    putIfSet(detail, "path", exchange.request().path());
    putIfSet(detail, "user_agent", agent);
    putIfSet(detail, "token", noted.tokenPrefix());
    putIfSet(detail, "resource_id", noted.resourceId());
    JsonObject query = new JsonObject();
    PARAMETERS.forEach(name -> putIfSet(query, name, exchange.request().getParam(name)));
    return query.isEmpty() ? detail : detail.put("query", query);
  }

  private static void putIfSet(JsonObject detail, String name, @Nullable String value) {
    if (value != null) {
      detail.put(name, cut(value));
    }
  }

  /** Also without what Postgres can't keep. */
  private static String cut(String text) {
    String kept = text.replace("\0", "\uFFFD");
    return kept.length() <= TEXT_MAX ? kept : kept.substring(0, TEXT_MAX) + "…";
  }

  private static @Nullable String body(RoutingContext exchange, JsonObject detail) {
    @Nullable Buffer body = exchange.body() == null ? null : exchange.body().buffer();
    if (body == null || body.length() == 0) {
      return null;
    }
    if (body.length() > BODY_BYTES_MAX) {
      detail.put("body_bytes", body.length());
      return null;
    }
    return body.toString(StandardCharsets.UTF_8);
  }
}
