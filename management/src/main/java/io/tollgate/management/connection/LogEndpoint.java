package io.tollgate.management.connection;

import io.tollgate.management.key.Texts;
import io.tollgate.management.object.Forms;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Page;
import io.tollgate.management.object.Service;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestParameters;
import io.vertx.ext.web.RoutingContext;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The endpoint that shows what went on over a connection. Safe for all virtual threads. */
final class LogEndpoint {
  private static final String CHANNEL = "channel";
  private static final String OUTCOME = "outcome";
  private static final int WORD_MAX = 128;

  private static final ObjectView VIEW =
      new ObjectView(
          "tollgate.connection_log",
          """
          json_build_object('object', 'connection_log_entry', 'id', t.id::text,
            'at', tollgate.millis(t.at), 'channel', t.channel, 'code', t.code,
            'outcome', t.outcome, 'user_id', t.user_id, 'detail', t.detail)
          """,
          "false",
          Set.of("created_at"));

  private static final String MATCHING =
      """
      t.connection_id = $4 AND ($5::text IS NULL OR t.channel = $5)
        AND ($6::text IS NULL OR t.outcome = $6) AND ($7::text IS NULL OR t.code = $7)
        AND ($8::text IS NULL OR t.user_id = $8)
      """;

  private final Service service;

  LogEndpoint(Service service) {
    this.service = service;
  }

  void enter(Endpoints endpoints) {
    endpoints.get(
        "enterprise_connections.logs",
        Area.DIRECTORY,
        ConnectionEndpoint.ONE + "/logs",
        Forms.of(this::list));
  }

  private void list(RoutingContext exchange) {
    String id = ConnectionEndpoint.id(exchange);
    var parameters = new RequestParameters(exchange);
    // By their numbers, which is the order in which they were written.
    Page asked = Page.parse(parameters, VIEW.columns());
    var page = new Page("", "id", asked.ascending(), asked.limit(), asked.offset());
    Tuple values =
        Tuple.of(id)
            .addString(oneOf(parameters, CHANNEL, texts(ConnectionLog.Channel.values())))
            .addString(oneOf(parameters, OUTCOME, texts(ConnectionLog.Outcome.values())))
            .addString(word(parameters, "code"))
            .addString(word(parameters, "user_id"));
    service.find(ConnectionViews.CONNECTIONS, id, ConnectionEndpoint::unknown);
    Endpoints.answer(exchange, service.list(VIEW, page, MATCHING, values).page());
  }

  private static List<String> texts(Enum<?>[] values) {
    return Stream.of(values).map(value -> value.name().toLowerCase(Locale.ROOT)).toList();
  }

  private static @Nullable String oneOf(
      RequestParameters parameters, String name, List<String> known) {
    @Nullable String value = parameters.textOrNull(name);
    if (value != null && !known.contains(value)) {
      throw Texts.format(name, value, "one of " + String.join(", ", known));
    }
    return value;
  }

  private static @Nullable String word(RequestParameters parameters, String name) {
    @Nullable String value = parameters.textOrNull(name);
    return value == null ? null : Texts.within(name, value, 1, WORD_MAX);
  }
}
