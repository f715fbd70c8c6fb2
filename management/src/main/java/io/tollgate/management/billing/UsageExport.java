package io.tollgate.management.billing;

import io.tollgate.management.audit.Transactions;
import io.tollgate.management.key.Texts;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestParameters;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint that gives the ledger's rows of a month away as they stand, as CSV (RFC 4180), some
 * at a time: each answer names the place where the next one goes on. Safe for all threads.
 */
final class UsageExport {
  static final String NEXT = "Tollgate-Next-Cursor";

  private static final int LIMIT_DEFAULT = 1_000;
  private static final int LIMIT_MAX = 10_000;
  private static final int PARTS = 5;
  private static final String LINE_END = "\r\n";

  private static final List<String> COUNTS =
      List.of(
          "keys_created",
          "verified",
          "refused",
          "status_1xx",
          "status_2xx",
          "status_3xx",
          "status_4xx",
          "status_5xx",
          "unanswered");

  private static final String HEADER =
      "hour,subject,key_id,plan_version_id,came_at," + String.join(",", COUNTS) + LINE_END;

  /** In the order of the ledger's primary key, from behind the last row that was given. */
  static final String ROWS =
      """
      SELECT hour, subject, key_id, version_id, came_at, %s FROM tollgate.usage_hour
      WHERE hour >= $1 AND hour < $2
        AND (hour, subject, key_id, version_id, came_at) > ($3, $4, $5, $6, $7)
      ORDER BY hour, subject, key_id, version_id, came_at LIMIT $8
      """
          .formatted(String.join(", ", COUNTS));

  /** A row's place in the ledger. */
  private record Place(
      OffsetDateTime hour, String subject, String key, String version, OffsetDateTime came) {
    static Place of(Row row) {
      return new Place(
          row.getOffsetDateTime("hour"),
          row.getString("subject"),
          row.getString("key_id"),
          row.getString("version_id"),
          row.getOffsetDateTime("came_at"));
    }

    String cursor() {
      String text =
          String.join(
              "\n",
              Long.toString(hour.toEpochSecond()),
              subject,
              key,
              version,
              Long.toString(came.toEpochSecond()));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static Place parse(String cursor) {
      try {
        String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        String[] parts = text.split("\n", -1);
        if (parts.length == PARTS && text.indexOf('\0') < 0) {
          return new Place(time(parts[0]), parts[1], parts[2], parts[3], time(parts[4]));
        }
      } catch (IllegalArgumentException | DateTimeException notOne) {
        // Told below.
      }
      throw Texts.format("cursor", cursor, "what the answer before said in " + NEXT);
    }

    private static OffsetDateTime time(String seconds) {
      OffsetDateTime time = Instant.ofEpochSecond(Long.parseLong(seconds)).atOffset(ZoneOffset.UTC);
      if (time.getYear() < 1970 || time.getYear() > Month.YEAR_MAX) {
        throw new IllegalArgumentException("no time of ours");
      }
      return time;
    }
  }

  private final Transactions transactions;

  UsageExport(Transactions transactions) {
    this.transactions = transactions;
  }

  void export(RoutingContext exchange) {
    var parameters = new RequestParameters(exchange);
    @Nullable Month month = Asked.period(parameters);
    if (month == null) {
      throw Asked.missing("period", "The query parameter period is required.");
    }
    int limit = parameters.integer("limit", LIMIT_DEFAULT, 1, LIMIT_MAX);
    @Nullable String cursor = parameters.textOrNull("cursor");
    Place from =
        cursor == null ? new Place(month.start(), "", "", "", month.start()) : Place.parse(cursor);
    var text = new StringBuilder(HEADER);
    List<Place> places = new ArrayList<>();
    Tuple values =
        Tuple.of(month.start(), month.end(), from.hour, from.subject, from.key)
            .addString(from.version)
            .addOffsetDateTime(from.came)
            .addInteger(limit);
    for (Row row : transactions.read(ROWS, values)) {
      places.add(Place.of(row));
      line(text, row);
    }
    Map<String, String> headers =
        places.size() < limit ? Map.of() : Map.of(NEXT, places.getLast().cursor());
    Endpoints.answer(exchange, "text/csv", Buffer.buffer(text.toString()), headers);
  }

  private static void line(StringBuilder text, Row row) {
    Place place = Place.of(row);
    text.append(place.hour.toInstant()).append(',');
    text.append(field(place.subject)).append(',');
    text.append(field(place.key)).append(',');
    text.append(field(place.version)).append(',');
    text.append(place.came.toInstant());
    for (String count : COUNTS) {
      text.append(',').append(row.getLong(count));
    }
    text.append(LINE_END);
  }

  /** Ids of ours need no quotes; whatever else came into the ledger must not break a line. */
  private static String field(String value) {
    boolean isPlain = value.chars().allMatch(c -> c > ' ' && c != ',' && c != '"');
    return isPlain ? value : '"' + value.replace("\"", "\"\"") + '"';
  }
}
