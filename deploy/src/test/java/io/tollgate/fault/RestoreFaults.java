package io.tollgate.fault;

import static io.tollgate.fault.Expected.Revokes.EITHER;

import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * The stores are put back to what they were a while ago, by the steps of the page on failure modes.
 * What was revoked in between is lost with Postgres' truth, and has to be revoked again; what was
 * revoked before stays revoked. These come last: the log has a new history afterwards, and for as
 * long as gateways of the old one may go on, no list proves anything.
 */
final class RestoreFaults {
  private static final Set<Integer> ALL = Set.of(0, 1, 2);

  private RestoreFaults() {}

  static List<Fault> all() {
    return List.of(
        new Fault(
            "postgres-restored",
            new Expected(ALL, Set.of(), EITHER),
            scene -> restored(scene, false)));
  }

  /** The same with a Redis that is put back too, which nobody needs to do. */
  static List<Fault> variants() {
    return List.of(
        new Fault(
            "stores-restored",
            new Expected(ALL, Set.of(), EITHER),
            scene -> restored(scene, true)));
  }

  private static void restored(Scene scene, boolean withRedis) {
    Path backup = temporary();
    scene.strike(() -> backUp(scene, backup));
    scene.hold();
    Deployment deployment = scene.deployment();
    scene.revoker().pause();
    scene.revoker().confirmAll();
    TollgateProcess management = deployment.management().process();
    management.stop();
    deployment.postgres().shutDown();
    if (withRedis) {
      deployment.redis().kill9();
    }
    scene.forgetRevocationsSinceBackup();
    deployment.postgres().replaceBy(backup.resolve("postgres"));
    scene.heal(
        () -> {
          deployment.postgres().restart();
          if (withRedis) {
            putBack(backup, deployment.redis());
          }
          deployment.run("migrate");
          deployment.run("epoch");
          management.start();
        });
    scene.revoker().resume();
    remove(backup);
  }

  private static void putBack(Path backup, TestRedis redis) {
    RedisFaults.copy(backup.resolve("dump.rdb"), redis.directory().resolve("dump.rdb"));
    redis.restart();
  }

  /** Everything that was confirmed before is in it; nobody revokes meanwhile. */
  private static void backUp(Scene scene, Path backup) {
    TestPostgres postgres = scene.deployment().postgres();
    TestRedis redis = scene.deployment().redis();
    scene.revoker().pause();
    scene.revoker().confirmAll();
    postgres.shutDown();
    postgres.copyTo(backup.resolve("postgres"));
    postgres.restart();
    redis.command("SAVE");
    RedisFaults.copy(redis.directory().resolve("dump.rdb"), backup.resolve("dump.rdb"));
    scene.backedUp();
    scene.revoker().resume();
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("tollgate-backup");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void remove(Path backup) {
    try {
      TestRedis.delete(backup);
    } catch (UncheckedIOException e) {
      // It is a temporary directory all the same.
    }
  }
}
