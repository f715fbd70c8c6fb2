package io.tollgate.ring;

import io.tollgate.key.KeyDigest;
import java.util.Arrays;

/**
 * What a grant is made from, gathered while it is made: the address of each record that it names,
 * and the record's generation before it was read. Confined to the context of the look-ups.
 */
final class Basis {
  private final Generations generations;
  private int[] slots = new int[0];
  private int stamp;

  Basis(Generations generations) {
    this.generations = generations;
  }

  /** Adds a record that is about to be read. */
  void add(KeyDigest address) {
    int slot = Generations.slot(address);
    slots = Arrays.copyOf(slots, slots.length + 1);
    slots[slots.length - 1] = slot;
    stamp += generations.of(slot);
  }

  /** Returns where the records are counted, in the order in which they were added. */
  int[] slots() {
    return slots;
  }

  /** Returns the sum of their counts: counts only grow, so it stays if and only if they all do. */
  int stamp() {
    return stamp;
  }
}
