package io.tollgate.management.key;

import io.tollgate.store.QueryPlan;
import io.tollgate.store.TestPostgres;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Finding one key, or a subject's few, costs the same among many as among few. */
class KeyRegistryPlanTest {
  private static final int FEW = 20;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void keys_are_found_by_index(boolean analyzed) {
    try (TestPostgres postgres = TestPostgres.database()) {
      QueryPlan.fill(postgres, analyzed);
      QueryPlan.assertRowsAtMost(
          postgres, KeyRegistry.FIND.replace("$1", "'ak_' || md5('5')"), FEW);
      QueryPlan.assertRowsAtMost(
          postgres, KeyRegistry.FIND_BY_DIGEST.replace("$1", "sha256('5'::bytea)"), FEW);
      QueryPlan.assertRowsAtMost(
          postgres,
          KeyImport.TAKEN_HASHES.replace("$1", "ARRAY[sha256('5'::bytea), sha256('x'::bytea)]"),
          FEW);
      QueryPlan.assertRowsAtMost(
          postgres,
          KeyImport.TAKEN_NAMES
              .replace("$1", "ARRAY['user_' || lpad('77', 27, '0')]")
              .replace("$2", "ARRAY['key 154']"),
          FEW);
      QueryPlan.assertRowsAtMost(
          postgres, SecretRecovery.NEWEST.replace("$1", "'ak_' || md5('5')"), FEW);
      String list =
          KeyRegistry.LIST
              .replace("$1", "'user_' || lpad('77', 27, '0')")
              .replace("$2", "'api_key'")
              .replace("$3", "false")
              .replace("$4", "'%%'")
              .replace("$5", "10")
              .replace("$6", "0");
      QueryPlan.assertRowsAtMost(postgres, list, FEW);
    }
  }
}
