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
 * Both stores are put back to what they were a while ago, as the operator's page says. What was
 * revoked in between is lost with Postgres' truth, and has to be revoked again; what was revoked
 * before stays revoked. These come last: the log has a new history afterwards, and for as long as
 * gateways of the old one may go on, no list proves anything.
 */
final class RestoreFaults {
  private static final Set<Integer> ALL = Set.of(0, 1, 2);

  private RestoreFaults() {}

  static List<Fault> all() {
    return List.of(
        new Fault("stores-restored", new Expected(ALL, Set.of(), EITHER), RestoreFaults::restored));
  }

  private static void restored(Scene scene) {
    Path backup = temporary();
    scene.strike(() -> backUp(scene, backup));
    scene.hold();
    TestPostgres postgres = scene.deployment().postgres();
    TestRedis redis = scene.deployment().redis();
    scene.revoker().pause();
    postgres.shutDown();
    redis.kill9();
    scene.forgetRevocationsSinceBackup();
    postgres.replaceBy(backup.resolve("postgres"));
    RedisFaults.copy(backup.resolve("dump.rdb"), redis.directory().resolve("dump.rdb"));
    scene.heal(
        () -> {
          postgres.restart();
          scene.deployment().beginEpoch();
          redis.restart();
          scene.revoker().resume();
        });
    remove(backup);
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
