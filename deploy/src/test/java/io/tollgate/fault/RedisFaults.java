package io.tollgate.fault;

import static io.tollgate.fault.Expected.Revokes.CONFIRMED;
import static io.tollgate.fault.Expected.Revokes.PROMPT;
import static io.tollgate.fault.Expected.allServed;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.Secret;
import io.tollgate.store.RedisNames;
import io.tollgate.store.TestRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What may happen to Redis, for all who use it. Postgres lives, so nobody may notice. */
final class RedisFaults {
  private static final Duration EVERY = Duration.ofMillis(400);
  private static final String ASKED = "tollgate_lookups_total{result=\"%s\",store=\"postgres\"";

  private RedisFaults() {}

  static List<Fault> all() {
    return List.of(
        new Fault("redis-killed", allServed(CONFIRMED), RedisFaults::killed),
        new Fault("redis-frozen", allServed(CONFIRMED), RedisFaults::frozen),
        new Fault("redis-flushed", allServed(CONFIRMED), RedisFaults::flushed),
        new Fault("redis-clients-killed", allServed(CONFIRMED), RedisFaults::clientsKilled),
        new Fault("redis-out-of-memory", allServed(CONFIRMED), RedisFaults::outOfMemory),
        new Fault("redis-old-dump", allServed(CONFIRMED), RedisFaults::oldDump),
        new Fault("redis-poisoned", allServed(PROMPT), RedisFaults::poisoned),
        new Fault("redis-answers-broken", allServed(CONFIRMED), RedisFaults::answersBroken));
  }

  private static void killed(Scene scene) {
    TestRedis redis = scene.deployment().redis();
    scene.play(redis::kill9, redis::restart);
  }

  private static void frozen(Scene scene) {
    TestRedis redis = scene.deployment().redis();
    scene.play(redis::freeze, redis::thaw);
  }

  private static void flushed(Scene scene) {
    double before = asked(scene);
    scene.strike(() -> scene.deployment().redis().command("FLUSHALL"));
    scene.hold();
    scene.heal(() -> {});
    double asked = asked(scene) - before;
    // Keys of the book are in use at each gateway; those that are new to it are among them.
    int inUse = scene.keysInUse();
    String seen = String.format(Locale.ROOT, "%.0f for %d keys in use", asked, inUse);
    scene.note("no herd", asked <= inUse, seen);
    scene.figure("Postgres look-ups after FLUSHALL", "1 a key", seen);
  }

  private static double asked(Scene scene) {
    return scene.sum(ASKED.formatted("found")) + scene.sum(ASKED.formatted("absent"));
  }

  private static void clientsKilled(Scene scene) {
    TestRedis redis = scene.deployment().redis();
    Runnable kill =
        () -> {
          redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
          redis.command("CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "yes");
        };
    scene.strike(kill);
    scene.holdDoing(EVERY, kill);
    scene.heal(() -> {});
  }

  private static void outOfMemory(Scene scene) {
    TestRedis redis = scene.deployment().redis();
    scene.play(
        () -> redis.command("CONFIG", "SET", "maxmemory", "1"),
        () -> redis.command("CONFIG", "SET", "maxmemory", "0"));
  }

  private static void oldDump(Scene scene) {
    TestRedis redis = scene.deployment().redis();
    Path dump = redis.directory().resolve("dump.rdb");
    Path old = redis.directory().resolve("old.rdb");
    redis.command("SAVE");
    copy(dump, old);
    // What is revoked from here on is valid in the dump.
    scene.revokeMany(5, EVERY);
    scene.strike(
        () -> {
          redis.kill9();
          copy(old, dump);
          redis.restart();
        });
    scene.hold();
    scene.heal(() -> {});
  }

  static void copy(Path from, Path to) {
    try {
      Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void poisoned(Scene scene) {
    TestRedis redis = scene.deployment().redis();
    double before = scene.sum("tollgate_redis_untrusted_total");
    scene.strike(
        () -> {
          List<IssuedKey> keys = scene.keys().warm().subList(0, 30);
          for (IssuedKey key : keys) {
            poison(redis, RedisNames.record(KeyDigest.of(new Secret(key.secret()))), key);
          }
        });
    scene.hold();
    double alarms = scene.sum("tollgate_redis_untrusted_total") - before;
    scene.note("poisoned records are counted", alarms > 0, alarms + " alarms");
    // The projector writes nothing twice, so that only an empty Redis is written anew.
    scene.heal(() -> redis.command("FLUSHALL"));
  }

  private static void poison(TestRedis redis, String name, IssuedKey key) {
    switch (Math.floorMod(key.hashCode(), 3)) {
      case 0 -> redis.command("SET", name, "null");
      case 1 -> redis.command("SET", name, "999 " + "x".repeat(200));
      default -> redis.command("SETRANGE", name, "1000000", "x");
    }
  }

  private static void answersBroken(Scene scene) {
    List<StorePath> paths = scene.deployment().redisPaths();
    Runnable cut = () -> paths.forEach(StorePath::breakNextAnswer);
    scene.strike(cut);
    scene.holdDoing(EVERY, cut);
    scene.heal(() -> paths.forEach(StorePath::heal));
  }
}
