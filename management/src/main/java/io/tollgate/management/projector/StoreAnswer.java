package io.tollgate.management.projector;

import io.tollgate.store.StoreUnreachable;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Waiting for a store, never longer than it may take. */
final class StoreAnswer {
  /** A batch of documents takes longer than a look-up, so this is not the edge's deadline. */
  static final Duration DEADLINE = Duration.ofSeconds(2);

  private StoreAnswer() {}

  /**
   * Waits for an answer.
   *
   * @throws StoreUnreachable if none came in time, or a refusal did
   */
  static <T extends @Nullable Object> T await(String store, Future<T> answer) {
    try {
      // The deadline is the future's: when await's own runs out, Vert.x (5.0.12) resumes the thread
      // without its place in the context's queue, and the next await fails.
      return answer.timeout(DEADLINE.toMillis(), TimeUnit.MILLISECONDS).await();
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      // Throwable, since the drivers fail with some that are no exceptions, Redis' refusals say.
      if (e instanceof TimeoutException) {
        throw new StoreUnreachable(store + " gave no answer within " + DEADLINE);
      }
      throw new StoreUnreachable(store + " is out of reach", e);
    }
  }
}
