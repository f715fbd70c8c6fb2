package io.tollgate.management.audit;

import io.tollgate.store.StoreUnreachable;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waiting for Postgres with a deadline, and telling its outages from its refusals. */
final class PostgresFailures {
  /**
   * Starts of the codes that speak of Postgres' state, not of the statement: connection, read-only,
   * rollback by conflict, resources, cancelled or shut down, lock not had in time, system.
   */
  private static final List<String> OUTAGES =
      List.of("08", "25006", "25P03", "40", "53", "57", "55P03", "58");

  private PostgresFailures() {}

  /**
   * Waits for an answer.
   *
   * @throws StoreUnreachable if none came in time, or the answer tells of an outage
   * @throws PgException if Postgres refused the statement itself
   */
  static <T> T await(Future<T> answer, Duration deadline) {
    try {
      // The deadline is the future's: when await's own runs out, Vert.x (5.0.12) resumes the thread
      // without its place in the context's queue, and the next await fails.
      return answer.timeout(Math.max(1, deadline.toMillis()), TimeUnit.MILLISECONDS).await();
    } catch (PgException e) {
      if (OUTAGES.stream().anyMatch(e.getSqlState()::startsWith)) {
        throw new StoreUnreachable("Postgres can't answer now (" + e.getSqlState() + ")", e);
      }
      throw e;
    } catch (IllegalArgumentException
        | IllegalStateException
        | NullPointerException
        | ClassCastException
        | Error e) {
      throw e;
    } catch (Throwable e) {
      if (e instanceof TimeoutException) {
        throw new StoreUnreachable("Postgres gave no answer within " + deadline);
      }
      // Refused, reset, closed, no place in the pool or its queue: the driver has no common type.
      throw new StoreUnreachable("Postgres is out of reach", e);
    }
  }
}
