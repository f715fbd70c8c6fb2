package io.tollgate.simulation;

import java.util.SplittableRandom;

/** Gives names that nobody gave before: those of processes, boots, changes, histories. */
final class Names {
  private final SplittableRandom random;
  private int given;

  Names(SplittableRandom random) {
    this.random = random;
  }

  String fresh(String kind) {
    return kind + ++given + "-" + Integer.toHexString(random.nextInt() & 0xffff);
  }
}
