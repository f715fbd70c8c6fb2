package io.tollgate.management.billing;

import io.tollgate.store.QueryPlan;
import io.tollgate.store.TestPostgres;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of the ledger costs what it touches, not what else is in it. */
class LedgerPlanTest {
  private static final int FEW = 60;
  private static final String SUBJECT = "user_" + "0".repeat(25) + "77";

  /** 200 subjects of 5 keys in each of 24 hours, on 50 of 5,000 versions. */
  private static final String FILL =
      """
      INSERT INTO tollgate.plan (id, name, slug, for_payer_type)
      SELECT 'cplan_' || lpad(i::text, 27, '0'), 'p', 'p-' || i, 'user'
      FROM generate_series(1, 5000) i;
      INSERT INTO tollgate.plan_version (id, plan_id, number, effective_at)
      SELECT 'pver_' || lpad(i::text, 27, '0'), 'cplan_' || lpad(i::text, 27, '0'), 1, now()
      FROM generate_series(1, 5000) i;
      INSERT INTO tollgate.usage_hour (
        subject, hour, key_id, version_id, came_at, verified)
      SELECT 'user_' || lpad(s::text, 27, '0'), h, 'ak_' || md5(s || ' ' || k),
        'pver_' || lpad((s % 50 + 1)::text, 27, '0'), h, 1
      FROM generate_series(1, 200) s, generate_series(1, 5) k,
        generate_series('2026-05-01Z'::timestamptz, '2026-05-01T23:00Z', '1 hour') h;
      INSERT INTO tollgate.subscription (id, payer)
      SELECT 'csub_' || lpad(i::text, 27, '0'), 'user_' || lpad(i::text, 27, '0')
      FROM generate_series(1, 5000) i;
      INSERT INTO tollgate.subscription_item (
        id, subscription_id, plan_id, version_id, plan_period, status, anchor_at, period_start,
        period_end)
      SELECT 'csubitem_' || lpad(i::text, 27, '0'), 'csub_' || lpad(i::text, 27, '0'),
        'cplan_' || lpad(i::text, 27, '0'), 'pver_' || lpad(i::text, 27, '0'), 'month', 'active',
        '2026-05-01Z', '2026-05-01Z', '2026-06-01Z'
      FROM generate_series(1, 5000) i;
      INSERT INTO tollgate.subscription_period
      SELECT id, 'user_' || right(id, 27), version_id, 'month', false, period_start, period_end, 1
      FROM tollgate.subscription_item;
      INSERT INTO tollgate.usage_minute (minute, subject, key_id, version_id, verified)
      SELECT hour, subject, key_id, version_id, verified FROM tollgate.usage_hour;
      """;

  private static final List<Object> HOURS =
      List.of(OffsetDateTime.parse("2026-05-01T02:00Z"), OffsetDateTime.parse("2026-05-01T04:00Z"));

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void usage_is_summed_up_by_index(boolean analyzed) {
    try (TestPostgres postgres = TestPostgres.database()) {
      postgres.execute(FILL);
      if (analyzed) {
        postgres.execute("ANALYZE");
      }
      for (Granularity granularity : List.of(Granularity.MINUTE, Granularity.HOUR)) {
        QueryPlan.assertRowsAtMost(postgres, sql(granularity, "subject = $%d", SUBJECT), FEW);
        QueryPlan.assertRowsAtMost(
            postgres, sql(granularity, "key_id = $%d", "ak_" + "0".repeat(32)), FEW);
      }
      String plan = "cplan_" + "0".repeat(25) + "07";
      QueryPlan.assertRowsAtMost(
          postgres, sql(Granularity.HOUR, UsageSearch.CONDITION_OF_PLAN, plan), FEW);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void statements_are_made_and_payers_found_by_index(boolean analyzed) {
    try (TestPostgres postgres = TestPostgres.database()) {
      postgres.execute(FILL);
      if (analyzed) {
        postgres.execute("ANALYZE");
      }
      for (String sql : List.of(Accounts.USES, Accounts.LATE, Accounts.PERIODS)) {
        QueryPlan.assertRowsAtMost(postgres, statement(sql), 24 * 5);
      }
      QueryPlan.assertRowsAtMost(
          postgres,
          Statements.MONTHS.replace("$1", "'" + SUBJECT + "'").replace("$2", "'2026-11-01'"),
          FEW);
      QueryPlan.assertRowsAtMost(
          postgres, StatementClosing.PAYERS.replace("$1", "''").replace("$2", "20"), FEW);
    }
  }

  private static String statement(String sql) {
    return sql.replace("$1", "'" + SUBJECT + "'")
        .replace("$2", "'2026-05-01Z'")
        .replace("$3", "'2026-06-01Z'")
        .replace("$4", "ARRAY['2026-05-01Z']");
  }

  private static String sql(Granularity granularity, String condition, String value) {
    var search =
        new UsageSearch(
            granularity,
            (OffsetDateTime) HOURS.getFirst(),
            (OffsetDateTime) HOURS.getLast(),
            UsageSearch.Grouping.KEY,
            null,
            List.of(
                granularity.column() + " >= $1",
                granularity.column() + " < $2",
                condition.formatted(3)),
            List.of(HOURS.getFirst(), HOURS.getLast(), value),
            10,
            0);
    return search
        .sql()
        .replace("$1", "'" + HOURS.getFirst() + "'")
        .replace("$2", "'" + HOURS.getLast() + "'")
        .replace("$3", "'" + value + "'")
        .replace("$4", "10")
        .replace("$5", "0");
  }
}
