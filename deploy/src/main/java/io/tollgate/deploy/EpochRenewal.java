package io.tollgate.deploy;

import io.tollgate.management.projector.History;
import io.tollgate.store.PostgresConfig;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Begins a new epoch of the change log, which an operator does after Postgres was restored: numbers
 * that were given before the restore may be given again, and must not be taken for the same.
 */
final class EpochRenewal {
  private static final Duration STATEMENT_MAX = Duration.ofSeconds(5);

  private final PostgresConfig postgres;

  EpochRenewal(PostgresConfig postgres) {
    this.postgres = CommandDeadline.of(postgres);
  }

  /** Renews; the answer is a sentence that says what was done. */
  String run() {
    Vertx vertx = Vertx.vertx();
    Pool pool = postgres.pool(vertx, 1, 1);
    try {
      History.renew(pool)
          .toCompletionStage()
          .toCompletableFuture()
          .get(postgres.connectDeadline().plus(STATEMENT_MAX).toMillis(), TimeUnit.MILLISECONDS);
      return "a new epoch has begun: gateways forget what they hold, Redis is written anew";
    } catch (ExecutionException e) {
      throw new StartFault("no new epoch: Postgres says " + Sentence.of(e.getCause()));
    } catch (TimeoutException e) {
      throw new StartFault("no new epoch: Postgres gave no answer in time, see postgres.url");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFault("no new epoch: interrupted");
    } finally {
      pool.close();
      vertx.close();
    }
  }
}
