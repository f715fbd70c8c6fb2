package io.tollgate.management.key;

import io.tollgate.management.projector.Evidence;
import io.tollgate.management.projector.ManagementGuard;
import io.tollgate.management.projector.RevocationProof;
import io.tollgate.management.wire.ApiError;
import io.tollgate.ring.FenceConfig;
import java.util.EnumSet;

/**
 * What a change passes before its caller is told that it holds everywhere. Safe for all virtual
 * threads.
 */
public final class RevocationBarrier {
  private static final int RETRY_AFTER_SECONDS = 2;

  private final Evidence evidence;
  private final FenceConfig fence;

  public RevocationBarrier(Evidence evidence, FenceConfig fence) {
    this.evidence = evidence;
    this.fence = fence;
  }

  /**
   * Returns when no gateway can accept anything any more that a change made untrue.
   *
   * @param epoch names the history of the change log that the number belongs to
   * @param number the change's
   * @throws ApiError if that can't be proven within {@link RevocationProof#DEADLINE}
   */
  public void pass(String epoch, long number) {
    var proof =
        new RevocationProof(evidence, fence, EnumSet.allOf(ManagementGuard.class), epoch, number);
    switch (proof.await()) {
      case RevocationProof.Proven proven -> {}
      case RevocationProof.Pending pending -> throw unproven(pending.notDone());
    }
  }

  /** Waits for the same, where all is well without it too; returns whether it was proven. */
  boolean passes(String epoch, long number) {
    try {
      pass(epoch, number);
      return true;
    } catch (ApiError pending) {
      return false;
    }
  }

  private static ApiError unproven(String notDone) {
    return pending(
        "Done: the change stands in the database, for good. Not done: it could not be proven that"
            + " no gateway goes by what was before. "
            + notDone
            + " Repeat the call to learn when none does; repeating is safe.");
  }

  /**
   * Returns how it is told that something is done, and not all of it.
   *
   * @param detail what is done, and what is not
   */
  public static ApiError pending(String detail) {
    return ApiError.unavailable(
        "revocation_pending", "Revocation pending", detail, RETRY_AFTER_SECONDS);
  }
}
