package io.tollgate.fault;

import static io.tollgate.fault.Expected.Revokes.REFUSED;

import io.tollgate.ring.FenceConfig;
import io.tollgate.store.TestPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Postgres is away for longer than {@code fence.postgres-absence-max}: until then every projected
 * key is served, from then on no gateway believes Redis any more.
 */
final class AbsenceFaults {
  static final Duration ABSENCE_MAX = FenceConfig.ABSENCE_MIN;

  /** How long before its end a gateway may have said last that it lives, and been listed. */
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(10);

  private static final Set<Integer> ALL = Set.of(0, 1, 2);

  private AbsenceFaults() {}

  static List<Fault> all() {
    return List.of(
        new Fault(
            "postgres-away-too-long", new Expected(ALL, ALL, REFUSED), AbsenceFaults::tooLong));
  }

  private static void tooLong(Scene scene) {
    TestPostgres postgres = scene.deployment().postgres();
    postgres.kill9();
    scene.pass(ABSENCE_MAX.minus(SIGN_OF_LIFE).minusSeconds(1));
    scene.strike(() -> scene.pass(SIGN_OF_LIFE.plusSeconds(2)));
    scene.hold();
    scene.heal(postgres::restart);
  }
}
