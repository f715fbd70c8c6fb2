package io.tollgate.management.billing;

import io.tollgate.key.KeyId;
import io.tollgate.management.key.Texts;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestParameters;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which usage is wanted, in which sums. Immutable.
 *
 * @param conditions in SQL, each with a place for one value; the first two are those of the times
 * @param values in the order of the conditions
 * @param meter the only one that is wanted, null for all
 */
record UsageSearch(
    Granularity granularity,
    OffsetDateTime from,
    OffsetDateTime to,
    Grouping grouping,
    @Nullable Meter meter,
    List<String> conditions,
    List<Object> values,
    int limit,
    int offset) {
  /** The most rows of the ledger that one question may touch, so that its work has a bound. */
  static final int ROWS_MAX = 1_000_000;

  static final String CONDITION_OF_PLAN =
      "version_id = ANY (ARRAY(SELECT id FROM tollgate.plan_version WHERE plan_id = $%d))";

  private static final OffsetDateTime FIRST = Instant.EPOCH.atOffset(ZoneOffset.UTC);
  private static final Pattern PLAN = Pattern.compile("cplan_[0-9A-Za-z_]{27}");

  /** What sums are made apart for. */
  enum Grouping {
    NONE("NULL::text"),
    KEY("u.key_id"),
    SUBJECT("u.subject"),
    PLAN("v.plan_id");

    private final String column;

    Grouping(String column) {
      this.column = column;
    }

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Grouping> of(String text) {
      return Arrays.stream(values()).filter(one -> one.text().equals(text)).findFirst();
    }

    static List<String> texts() {
      return Arrays.stream(values()).map(Grouping::text).toList();
    }
  }

  static UsageSearch parse(RequestParameters parameters, Instant now) {
    Granularity granularity =
        Asked.word(parameters, "granularity", "day", Granularity.texts(), Granularity::of);
    @Nullable String key = key(parameters);
    @Nullable String subject = Asked.subject(parameters, "subject");
    @Nullable String plan =
        Asked.shaped(
            parameters,
            "plan_id",
            id -> PLAN.matcher(id).matches(),
            "cplan_ and 27 letters, digits or underscores");
    if (key == null && subject == null && (plan == null || granularity == Granularity.MINUTE)) {
      throw Asked.missing(
          "subject",
          "One of key_id, subject and plan_id is required; for minutes one of the first" + " two.");
    }
    @Nullable OffsetDateTime until = Asked.time(parameters, "to");
    OffsetDateTime to = granularity.ceiling(until == null ? now.atOffset(ZoneOffset.UTC) : until);
    @Nullable OffsetDateTime since = Asked.time(parameters, "from");
    OffsetDateTime from = granularity.floor(since == null ? usual(granularity, to) : since);
    check(granularity, from, to);
    var search = new ArrayList<Object>(List.of(from, to));
    List<String> conditions = new ArrayList<>();
    conditions.add("%1$s >= $1".formatted(granularity.column()));
    conditions.add("%1$s < $2".formatted(granularity.column()));
    add(conditions, search, "key_id = $%d", key);
    add(conditions, search, "subject = $%d", subject);
    add(conditions, search, CONDITION_OF_PLAN, plan);
    return new UsageSearch(
        granularity,
        from,
        to,
        Asked.word(parameters, "group_by", "none", Grouping.texts(), Grouping::of),
        meter(parameters),
        List.copyOf(conditions),
        List.copyOf(search),
        Asked.limit(parameters, Asked.LIMIT_MAX),
        Asked.offset(parameters));
  }

  private static OffsetDateTime usual(Granularity granularity, OffsetDateTime to) {
    OffsetDateTime from = to.minus(granularity.usual());
    return from.isBefore(FIRST) ? FIRST : from;
  }

  private static @Nullable String key(RequestParameters parameters) {
    @Nullable String id =
        Asked.shaped(parameters, "key_id", KeyId::isKeyId, "ak_ and 32 hexadecimal digits");
    return id == null ? null : KeyId.parse(id).toString();
  }

  private static @Nullable Meter meter(RequestParameters parameters) {
    return parameters.textOrNull("meter") == null
        ? null
        : Asked.word(parameters, "meter", "", Meter.texts(), Meter::of);
  }

  private static void add(
      List<String> conditions, List<Object> values, String condition, @Nullable String value) {
    if (value != null) {
      values.add(value);
      conditions.add(condition.formatted(values.size()));
    }
  }

  private static void check(Granularity granularity, OffsetDateTime from, OffsetDateTime to) {
    String first = Long.toString(from.toInstant().toEpochMilli());
    if (!from.isBefore(to)) {
      throw Texts.format("from", first, "before to");
    }
    if (from.plus(granularity.most()).isBefore(to)) {
      throw Texts.format(
          "from",
          first,
          granularity.most().toHours()
              + " hours before to at most where granularity is "
              + granularity.text());
    }
  }

  /** Returns what is said where the question would touch too much. */
  static ApiError tooMuch() {
    return ApiError.parameter(
        "form_param_value_too_large",
        "is too large",
        "from",
        "from and to span more than "
            + ROWS_MAX
            + " rows of the ledger; ask for a shorter time, or for one key.");
  }

  /** Returns the statement; page and total are of one moment, and both stand beside no row, too. */
  String sql() {
    return """
    WITH grouped AS (
      SELECT date_trunc('%1$s', u.%2$s, 'UTC') AS start, (%3$s) COLLATE "C" AS name,
        count(*) AS cells, %4$s
      FROM (SELECT * FROM tollgate.%5$s WHERE %6$s LIMIT %7$d) u%8$s
      GROUP BY 1, 2
    ), shown AS (SELECT * FROM grouped WHERE %9$s)
    SELECT (SELECT coalesce(sum(cells), 0) FROM grouped)::bigint AS cells, total.total,
      CASE WHEN page.start IS NOT NULL THEN (%10$s)::text END AS json
    FROM (SELECT count(*) AS total FROM shown) total
    LEFT JOIN (
      SELECT * FROM shown ORDER BY start, name NULLS FIRST LIMIT $%11$d OFFSET $%12$d
    ) page ON true
    ORDER BY page.start, page.name NULLS FIRST
    """
        .formatted(
            granularity.text(),
            granularity.column(),
            grouping.column,
            sums(),
            granularity.table(),
            String.join(" AND ", conditions),
            ROWS_MAX + 1,
            grouping == Grouping.PLAN
                ? " LEFT JOIN tollgate.plan_version v ON v.id = u.version_id"
                : "",
            meter == null ? "true" : meter.text() + " > 0",
            json(),
            values.size() + 1,
            values.size() + 2);
  }

  private static String sums() {
    List<String> sums = new ArrayList<>();
    for (Meter one : Meter.values()) {
      sums.add("sum(" + one.columns() + ") AS " + one.text());
    }
    for (String column : UsageJson.STATUSES) {
      sums.add("sum(" + column + ") AS " + column);
    }
    return String.join(", ", sums);
  }

  private String json() {
    return UsageJson.row(grouping, meter);
  }

  Tuple parameters() {
    List<Object> all = new ArrayList<>(values);
    all.add(limit);
    all.add(offset);
    return Tuple.from(all);
  }
}
