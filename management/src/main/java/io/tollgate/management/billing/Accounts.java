package io.tollgate.management.billing;

import io.tollgate.management.audit.Transactions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.math.BigInteger;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads from the ledger what statements are made of. Safe for all virtual threads.
 *
 * <p>What came is told by {@code came_at}: that of an hour in time is the hour itself, so that all
 * of a month had come before it ended but for what was late, which came in a later month or not.
 */
final class Accounts {
  /** {@code $4} are the month that is billed, and those of which something came late in it. */
  static final String USES =
      """
      SELECT (m.month AT TIME ZONE 'UTC')::date AS month, u.version_id, %s
      FROM unnest($4::timestamptz[]) m (month)
      CROSS JOIN LATERAL (
        SELECT * FROM tollgate.usage_hour h
        WHERE h.subject = $1 AND h.hour >= m.month
          AND h.hour < (m.month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC'
          AND h.came_at < $3
        OFFSET 0
      ) u
      GROUP BY 1, 2
      """
          .formatted(sums());

  static final String LATE =
      """
      SELECT DISTINCT date_trunc('month', hour, 'UTC') AS month FROM tollgate.usage_hour
      WHERE subject = $1 AND came_at >= $2 AND came_at < $3 AND came_at <> hour AND hour < $2
      """;

  static final String PERIODS =
      """
      SELECT item_id, version_id, plan_period, is_free_trial, period_start, period_end, amount
      FROM tollgate.subscription_period
      WHERE payer = $1 AND period_start >= $2 AND period_start < $3
      """;

  private static final String VERSIONS =
      """
      SELECT id, plan_id, currency, currency_digits, currency_symbol,
        unit_prices::text AS unit_prices
      FROM tollgate.plan_version WHERE id = ANY($1)
      """;

  private final Transactions transactions;

  Accounts(Transactions transactions) {
    this.transactions = transactions;
  }

  private static String sums() {
    List<String> sums = new ArrayList<>();
    for (Meter meter : Meter.BILLED) {
      String sum = "coalesce(sum(" + meter.columns() + ")%s, 0)::text AS %s_" + meter.text();
      sums.add(sum.formatted(" FILTER (WHERE came_at < $2)", "before"));
      sums.add(sum.formatted("", "in"));
    }
    return String.join(", ", sums);
  }

  Account read(String payer, Month month) {
    Tuple span = Tuple.of(payer, month.start(), month.end());
    List<OffsetDateTime> months = new ArrayList<>(List.of(month.start()));
    for (Row row : transactions.read(LATE, span)) {
      months.add(row.getOffsetDateTime("month"));
    }
    List<Uses> uses = new ArrayList<>();
    Set<String> versions = new LinkedHashSet<>();
    Tuple all = Tuple.of(payer, month.start(), month.end(), months.toArray(OffsetDateTime[]::new));
    for (Row row : transactions.read(USES, all)) {
      versions.add(row.getString("version_id"));
      uses.add(
          new Uses(
              Month.of(row.getLocalDate("month")),
              row.getString("version_id"),
              units(row, "before"),
              units(row, "in")));
    }
    List<Period> periods = new ArrayList<>();
    for (Row row : transactions.read(PERIODS, span)) {
      versions.add(row.getString("version_id"));
      periods.add(period(row));
    }
    return new Account(payer, month, uses, periods, versions(versions));
  }

  private static Map<Meter, BigInteger> units(Row row, String when) {
    Map<Meter, BigInteger> units = new EnumMap<>(Meter.class);
    for (Meter meter : Meter.BILLED) {
      units.put(meter, new BigInteger(row.getString(when + "_" + meter.text())));
    }
    return units;
  }

  private static Period period(Row row) {
    return new Period(
        row.getString("item_id"),
        row.getString("version_id"),
        row.getString("plan_period"),
        row.getBoolean("is_free_trial"),
        millis(row, "period_start"),
        millis(row, "period_end"),
        row.getLong("amount"));
  }

  private static long millis(Row row, String column) {
    return row.getOffsetDateTime(column).toInstant().toEpochMilli();
  }

  private Map<String, PricedVersion> versions(Set<String> ids) {
    Map<String, PricedVersion> versions = new HashMap<>();
    Tuple wanted = Tuple.tuple().addArrayOfString(ids.toArray(String[]::new));
    for (Row row : transactions.read(VERSIONS, wanted)) {
      var version =
          new PricedVersion(
              row.getString("id"),
              row.getString("plan_id"),
              new Currency(
                  row.getString("currency"),
                  row.getInteger("currency_digits"),
                  row.getString("currency_symbol")),
              PricedVersion.prices(row.getString("unit_prices")));
      versions.put(version.id(), version);
    }
    return versions;
  }
}
