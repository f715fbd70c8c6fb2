package io.tollgate.fault;

import static io.tollgate.fault.Expected.Revokes.CONFIRMED;
import static io.tollgate.fault.Expected.Revokes.REFUSED;
import static io.tollgate.fault.Expected.allServed;

import io.tollgate.store.TestPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What may happen where a replica may take Redis' place, for which {@code redis.deployment} is
 * {@code ha}: Redis confirms nothing then, so that a dead Postgres means 503.
 */
final class FailoverFaults {
  private static final Set<Integer> ALL = Set.of(0, 1, 2);
  private static final Duration EVERY = Duration.ofMillis(200);
  private static final int UNSEEN = 8;

  private FailoverFaults() {}

  /** The last one leaves the deployment with the replica as its master. */
  static List<Fault> all() {
    return List.of(
        new Fault(
            "ha-postgres-frozen", new Expected(ALL, ALL, REFUSED), FailoverFaults::postgresFrozen),
        new Fault("ha-lagging-replica", allServed(CONFIRMED), FailoverFaults::promoted));
  }

  private static void postgresFrozen(Scene scene) {
    TestPostgres postgres = scene.deployment().postgres();
    scene.play(postgres::freeze, postgres::thaw);
  }

  private static void promoted(Scene scene) {
    Deployment deployment = scene.deployment();
    Replica replica = deployment.replica();
    replica.lag();
    // What is revoked from here on is valid in the replica.
    scene.revokeMany(UNSEEN, EVERY);
    scene.strike(
        () -> {
          deployment.redis().kill9();
          replica.promote();
          deployment.redisPaths().forEach(path -> path.leadTo(replica.port()));
        });
    scene.hold();
    scene.heal(() -> {});
  }
}
