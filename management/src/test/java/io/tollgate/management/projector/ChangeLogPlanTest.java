package io.tollgate.management.projector;

import io.tollgate.store.QueryPlan;
import io.tollgate.store.TestPostgres;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the projector reads costs what changed, not what there is. */
class ChangeLogPlanTest {
  private static final int FEW = 40;
  private static final int PAGE = 2 * ChangeLog.BATCH_MAX;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void changes_are_found_among_many_keys_by_index(boolean analyzed) {
    try (TestPostgres postgres = TestPostgres.database()) {
      QueryPlan.fill(postgres, analyzed);
      String nothing = filled(ChangeLog.CHANGES, "20000");
      QueryPlan.assertRowsAtMost(postgres, nothing, FEW);
      String few = filled(ChangeLog.CHANGES, "19990");
      QueryPlan.assertRowsAtMost(postgres, few, FEW);
      String batch = filled(ChangeLog.CHANGES, "19000");
      QueryPlan.assertRowsAtMost(postgres, batch, PAGE);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_page_of_all_keys_or_records_reads_itself(boolean analyzed) {
    try (TestPostgres postgres = TestPostgres.database()) {
      QueryPlan.fill(postgres, analyzed);
      QueryPlan.assertRowsAtMost(postgres, filled(ChangeLog.KEYS, "'ak_8'"), PAGE);
      QueryPlan.assertRowsAtMost(postgres, filled(ChangeLog.RECORDS, "'subject:user_0'"), PAGE);
    }
  }

  private static String filled(String sql, String place) {
    return sql.replace("$1", place).replace("$2", Integer.toString(ChangeLog.BATCH_MAX));
  }
}
