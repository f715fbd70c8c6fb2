package io.tollgate.fault;

import java.time.Duration;

/** No fault at all: what everything else is compared with. */
final class AllWell {
  static final Fault FAULT =
      new Fault("all-well", Expected.allServed(Expected.Revokes.PROMPT), AllWell::play);

  private static final Duration EVERY = Duration.ofMillis(60);
  private static final int REVOKED = 30;

  private AllWell() {}

  private static void play(Scene scene) {
    // Before it is "struck", so that the calls count among those for which all was well.
    scene.revokeMany(REVOKED, EVERY);
    scene.play(() -> {}, () -> {});
  }
}
