package io.tollgate.management.key;

import io.tollgate.management.projector.Projector;
import io.tollgate.management.wire.ApiError;
import io.tollgate.ring.RingConfig;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What a revocation passes before its caller is told that no gateway accepts the key any more.
 *
 * <p>Committed, it is carried to Redis first; from then on no look-up finds the key valid, wherever
 * it looks. What gateways and {@link VerifyCache} remember from before may answer for one lifetime
 * of a ring's entry, so that long is waited too. Safe for all virtual threads.
 */
final class RevocationBarrier {
  /** How long the change may take to Redis before the revocation counts as pending. */
  static final Duration CARRY_DEADLINE = Duration.ofSeconds(5);

  /** What timers, clocks and pauses may take beside the entry's lifetime. */
  private static final Duration MARGIN = Duration.ofMillis(100);

  private static final int RETRY_AFTER_SECONDS = 2;

  private final Vertx vertx;
  private final Projector projector;

  RevocationBarrier(Vertx vertx, Projector projector) {
    this.vertx = vertx;
    this.projector = projector;
  }

  /**
   * Returns when no gateway can accept a key that was revoked by this change, or a later one.
   *
   * @throws ApiError if that can't be confirmed within the deadline
   */
  void pass(long number) {
    try {
      projector.awaitApplied(number, CARRY_DEADLINE).await();
    } catch (Error e) {
      throw e;
    } catch (Throwable unconfirmed) {
      throw pending();
    }
    vertx
        .timer(RingConfig.ENTRY_LIFETIME_MAX.plus(MARGIN).toMillis(), TimeUnit.MILLISECONDS)
        .await();
  }

  private static ApiError pending() {
    return ApiError.unavailable(
        "revocation_pending",
        "Revocation pending",
        "Done: the key is revoked in the database, for good. Not done: Redis has not confirmed it,"
            + " so that a gateway may still accept the key. Repeat the call to learn when none"
            + " does; repeating is safe.",
        RETRY_AFTER_SECONDS);
  }
}
