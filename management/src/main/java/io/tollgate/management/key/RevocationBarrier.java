package io.tollgate.management.key;

import io.tollgate.management.projector.Evidence;
import io.tollgate.management.projector.ManagementGuard;
import io.tollgate.management.projector.RevocationProof;
import io.tollgate.management.wire.ApiError;
import io.tollgate.ring.FenceConfig;
import java.util.EnumSet;

/**
 * What a revocation passes before its caller is told that no gateway accepts the key any more.
 *
 * <p>What {@link VerifyCache} remembers from before is over then too, since the proof of either
 * kind takes longer than the fence's bound. Safe for all virtual threads.
 */
final class RevocationBarrier {
  private static final int RETRY_AFTER_SECONDS = 2;

  private final Evidence evidence;
  private final FenceConfig fence;

  RevocationBarrier(Evidence evidence, FenceConfig fence) {
    this.evidence = evidence;
    this.fence = fence;
  }

  /**
   * Returns when no gateway can accept this key.
   *
   * @throws ApiError if that can't be proven within {@link RevocationProof#DEADLINE}
   */
  void pass(KeyRegistry.Revoked revoked) {
    var proof =
        new RevocationProof(
            evidence,
            fence,
            EnumSet.allOf(ManagementGuard.class),
            revoked.epoch(),
            revoked.key().number());
    switch (proof.await()) {
      case RevocationProof.Proven proven -> {}
      case RevocationProof.Pending pending -> throw pending(pending.notDone());
    }
  }

  private static ApiError pending(String notDone) {
    return ApiError.unavailable(
        "revocation_pending",
        "Revocation pending",
        "Done: the key is revoked in the database, for good. Not done: it could not be proven that"
            + " no gateway accepts the key any more. "
            + notDone
            + " Repeat the call to learn when none does; repeating is safe.",
        RETRY_AFTER_SECONDS);
  }
}
