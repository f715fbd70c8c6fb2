package io.tollgate.fault;

import static io.tollgate.fault.Expected.Revokes.EITHER;
import static io.tollgate.fault.Expected.Revokes.REFUSED;
import static io.tollgate.fault.Expected.allServed;

import io.tollgate.store.TestPostgres;
import java.time.Duration;
import java.util.List;

/** What may happen to Postgres, for all who use it. Redis lives: every projected key is served. */
final class PostgresFaults {
  private static final Duration EVERY = Duration.ofMillis(400);

  private PostgresFaults() {}

  static List<Fault> all() {
    return List.of(
        new Fault("postgres-killed", allServed(REFUSED), PostgresFaults::killed),
        new Fault("postgres-frozen", allServed(REFUSED), PostgresFaults::frozen),
        new Fault("postgres-stopped", allServed(REFUSED), PostgresFaults::stopped),
        new Fault(
            "postgres-killed-amid-change", allServed(REFUSED), PostgresFaults::killedAmidChange),
        new Fault("postgres-answers-broken", allServed(EITHER), PostgresFaults::answersBroken));
  }

  private static void killed(Scene scene) {
    TestPostgres postgres = scene.deployment().postgres();
    scene.play(postgres::kill9, postgres::restart);
  }

  private static void frozen(Scene scene) {
    TestPostgres postgres = scene.deployment().postgres();
    scene.play(postgres::freeze, postgres::thaw);
  }

  /** In order, and for longer. */
  private static void stopped(Scene scene) {
    TestPostgres postgres = scene.deployment().postgres();
    scene.strike(postgres::shutDown);
    scene.hold(scene.pace().longHold());
    scene.heal(postgres::restart);
  }

  /** The last change has come to every gateway, and will not come to Redis. */
  private static void killedAmidChange(Scene scene) {
    TestPostgres postgres = scene.deployment().postgres();
    StorePath projection = scene.deployment().management().redis();
    scene.strike(
        () -> {
          projection.hold();
          scene.awaitChangeEverywhere();
          postgres.kill9();
        });
    scene.hold();
    scene.heal(
        () -> {
          projection.heal();
          postgres.restart();
        });
  }

  private static void answersBroken(Scene scene) {
    List<StorePath> paths = scene.deployment().postgresPaths();
    Runnable cut = () -> paths.forEach(StorePath::breakNextAnswer);
    scene.strike(cut);
    scene.holdDoing(EVERY, cut);
    scene.heal(() -> paths.forEach(StorePath::heal));
  }
}
