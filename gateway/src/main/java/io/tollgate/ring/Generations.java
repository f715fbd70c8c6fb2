package io.tollgate.ring;

import io.tollgate.key.KeyDigest;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How often what stands at an address has changed, as far as this gateway has heard. A grant
 * remembers the counts of all that it was made from, and ends when one of them has moved on: so
 * whatever keys have in common ends all their grants by one count, without looking for them.
 *
 * <p>Addresses share counts by their lowest bits. A shared one ends a grant too early, about one in
 * {@value #SLOTS} for each change, which costs a look-up.
 *
 * <p>One thread counts, before it confirms the fence; reading is safe for all threads, after the
 * fence was asked, as of the ring.
 */
final class Generations {
  static final int SLOTS = 1 << 16;

  private static final VarHandle COUNTS = MethodHandles.arrayElementVarHandle(int[].class);

  private final int[] counts = new int[SLOTS];

  /** Returns where an address is counted. */
  static int slot(KeyDigest address) {
    // Addresses are SHA-256 digests: any bits of them are as good as any others.
    return (int) address.d() & (SLOTS - 1);
  }

  int of(int slot) {
    return (int) COUNTS.getOpaque(counts, slot);
  }

  void changed(KeyDigest address) {
    int slot = slot(address);
    COUNTS.setOpaque(counts, slot, of(slot) + 1);
  }
}
