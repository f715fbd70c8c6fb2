package io.tollgate.deploy;

import io.tollgate.management.audit.AuditChain;
import io.tollgate.store.PostgresConfig;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Proves from the shell, without a running service, that nobody altered the audit. */
final class AuditVerification {
  /** For some lines; how many there are in all has no bound. */
  private static final Duration STATEMENT_MAX = Duration.ofSeconds(30);

  private final PostgresConfig postgres;

  AuditVerification(PostgresConfig postgres) {
    this.postgres = CommandDeadline.of(postgres);
  }

  AuditChain.Verification run() {
    Vertx vertx = Vertx.vertx();
    Pool pool = postgres.pool(vertx, 1, 1);
    try {
      return AuditChain.verify((sql, parameters) -> read(pool, sql, parameters));
    } finally {
      pool.close();
      vertx.close();
    }
  }

  private RowSet<Row> read(Pool pool, String sql, Tuple parameters) {
    try {
      return pool.preparedQuery(sql)
          .execute(parameters)
          .toCompletionStage()
          .toCompletableFuture()
          .get(postgres.connectDeadline().plus(STATEMENT_MAX).toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new StartFault("no verification: Postgres says " + Sentence.of(e.getCause()));
    } catch (TimeoutException e) {
      throw new StartFault("no verification: Postgres gave no answer in time, see postgres.url");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFault("no verification: interrupted");
    }
  }

  /** Says what came of it, in one sentence. */
  static String sentence(AuditChain.Verification done) {
    return done.isValid()
        ? "the audit is whole: each of " + done.checked() + " lines follows from the one before it"
        : "the audit was altered: line "
            + done.firstBroken()
            + " is missing, or does not follow from the "
            + done.checked()
            + " before it";
  }
}
