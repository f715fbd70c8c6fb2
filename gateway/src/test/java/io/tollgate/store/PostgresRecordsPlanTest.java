package io.tollgate.store;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A look-up costs the same among many keys as among few. */
class PostgresRecordsPlanTest {
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void keys_and_records_are_found_by_index(boolean analyzed) {
    try (TestPostgres postgres = TestPostgres.database()) {
      QueryPlan.fill(postgres, analyzed);
      String addresses =
          "ARRAY[sha256('5'::bytea), sha256('77'::bytea),"
              + " tollgate.address('subject:user_000000000000000000000000005')]";
      QueryPlan.assertRowsAtMost(postgres, PostgresRecords.FIND.replace("$1", addresses), 10);
    }
  }
}
