package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SchemaCheckTest {
  private Vertx vertx;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void the_schema_of_this_version_fits() throws Exception {
    try (TestPostgres postgres = TestPostgres.database()) {
      check(postgres);
      assertThat(postgres.query("SELECT version FROM tollgate.schema_state"))
          .isEqualTo(Integer.toString(SchemaCheck.READER));
    }
  }

  @Test
  void a_missing_schema_tells_the_operator_to_migrate() {
    try (TestPostgres postgres = TestPostgres.emptyDatabase()) {
      assertRefused(postgres, "the schema is missing in Postgres: run deploy/tollgate migrate");
    }
  }

  @Test
  void an_older_schema_tells_the_operator_to_migrate() {
    try (TestPostgres postgres = TestPostgres.database()) {
      postgres.execute("UPDATE tollgate.schema_state SET version = 0");
      String needed = "this program needs " + SchemaCheck.READER;
      assertRefused(postgres, "has version 0, " + needed + ": run deploy/tollgate migrate");
    }
  }

  @Test
  void a_schema_that_allows_newer_readers_only_is_refused() {
    try (TestPostgres postgres = TestPostgres.database()) {
      postgres.execute("UPDATE tollgate.schema_state SET version = 99, oldest_reader = 98");
      String has = "this one has version " + SchemaCheck.READER;
      assertRefused(postgres, "allows no program older than version 98, " + has);
    }
  }

  @Test
  void a_newer_schema_that_still_allows_this_reader_fits() throws Exception {
    try (TestPostgres postgres = TestPostgres.database()) {
      postgres.execute("UPDATE tollgate.schema_state SET version = 99");
      check(postgres);
    }
  }

  private void assertRefused(TestPostgres postgres, String sentence) {
    assertThatThrownBy(() -> check(postgres))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(sentence);
  }

  private void check(TestPostgres postgres) throws Exception {
    Pool pool = postgres.config().pool(vertx, 1, 1);
    try {
      SchemaCheck.check(pool).toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    } finally {
      pool.close();
    }
  }
}
