package io.tollgate.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.clerk.backend_api.Clerk;
import com.clerk.backend_api.models.components.BillingStatement;
import com.clerk.backend_api.models.components.BillingStatementStatus;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import org.junit.jupiter.api.Test;

/** The published Java client reads a statement. */
class PublishedStatementClientTest {
  private static final String PAYER = "org_000000000000000000000000001";

  @Test
  void it_shows_a_statement() {
    try (TestPostgres postgres = TestPostgres.database();
        TestRedis redis = TestRedis.start();
        TestManagement management = new TestManagement(postgres, redis)) {
      postgres.execute(
          """
          INSERT INTO tollgate.usage_hour (subject, hour, key_id, version_id, came_at, verified)
          VALUES ('%s', '2026-02-01Z', 'ak_1', '', '2026-02-01Z', 5)
          """
              .formatted(PAYER));
      Clerk clerk = PublishedClientTest.client(management, TestManagement.SECRET_KEY);
      BillingStatement statement =
          clerk.billing().getStatement("stmt_202602_" + PAYER).billingStatement().orElseThrow();
      assertThat(statement.status()).isEqualTo(BillingStatementStatus.CLOSED);
      assertThat(statement.payer().id()).isEqualTo(PAYER);
      assertThat(statement.totals().grandTotal().amount()).isZero();
      assertThat(statement.groups()).isEmpty();
    }
  }
}
