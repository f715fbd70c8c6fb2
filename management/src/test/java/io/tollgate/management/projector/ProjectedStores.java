package io.tollgate.management.projector;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.tollgate.management.TestManagement;
import io.tollgate.ring.FenceConfig;
import io.tollgate.store.Applied;
import io.tollgate.store.AppliedDocument;
import io.tollgate.store.Awaiting;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.RecordDocument;
import io.tollgate.store.RedisConfig;
import io.tollgate.store.RedisNames;
import io.tollgate.store.StoredRecord;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Stream;

/** Both stores, projectors between them, and what is to be seen of it. */
final class ProjectedStores implements AutoCloseable {
  static final Pepper PEPPER = TestManagement.PEPPER;
  static final SecureRandom RANDOM = new SecureRandom();

  final AppliedDocument applied = new AppliedDocument(PEPPER, RANDOM);
  final TestPostgres postgres = TestPostgres.database();
  final TestRedis redis = TestRedis.start();
  final Vertx vertx = Vertx.vertx();
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

  @Override
  public void close() {
    TestManagement.await(vertx.close());
    redis.close();
    postgres.close();
  }

  Projector deploy(Pepper pepper) {
    return deploy(projector(redis.config(), FenceConfig.DEFAULTS, pepper));
  }

  Projector projector(RedisConfig config, FenceConfig fence, Pepper pepper) {
    return new Projector(postgres.config(), config, fence, pepper, RANDOM, metrics);
  }

  Projector deploy(Projector projector) {
    TestManagement.await(
        vertx.deployVerticle(
            projector, new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD)));
    return projector;
  }

  static Pepper pepper(String... letters) {
    return new Pepper(
        Stream.of(letters).map(letter -> new Secret(letter.repeat(Pepper.LENGTH_MIN))).toList());
  }

  void undeploy(Projector projector) {
    TestManagement.await(vertx.undeploy(projector.deploymentID()));
  }

  void awaitWhole() {
    Awaiting.until(
        "Redis is whole", () -> found().number() == counter() && found().epoch().equals(epoch()));
  }

  Applied found() {
    return applied.decode(present()).orElseThrow();
  }

  static Optional<Applied> look(Projector projector) {
    return TestManagement.await(projector.look(Duration.ofSeconds(5))).orElseThrow().applied();
  }

  double gauge(String name) {
    return metrics.get("tollgate.projector." + name).gauge().value();
  }

  String epoch() {
    return postgres.query("SELECT tollgate.epoch()");
  }

  String present() {
    String text = redis.command("GET", RedisNames.APPLIED);
    return text == null ? "" : text;
  }

  long counter() {
    return Long.parseLong(postgres.query("SELECT number FROM tollgate.change_counter"));
  }

  double rebuilds() {
    return metrics.get("tollgate.projector.rebuilds").counter().count();
  }

  Optional<KeyRecord> document(KeyDigest digest) {
    return record(digest).map(KeyRecord.class::cast);
  }

  Optional<StoredRecord> record(KeyDigest address) {
    String text = redis.command("GET", RedisNames.record(address));
    return text == null ? Optional.empty() : new RecordDocument(PEPPER).decode(address, text);
  }

  KeyDigest create() {
    return createMany(1);
  }

  /** Creates keys as management does, past its API; returns the last one's digest. */
  KeyDigest createMany(int count) {
    var sql = new StringBuilder("BEGIN;");
    KeyDigest digest = KeyDigest.of(new Secret(KeyId.random(RANDOM).toString()));
    for (int i = 0; i < count; i++) {
      digest = KeyDigest.of(new Secret(KeyId.random(RANDOM).toString()));
      String id = KeyId.random(RANDOM).toString();
      sql.append(
          """
          INSERT INTO tollgate.api_key (id, type, subject, name, scopes, number)
          VALUES ('%1$s', 'api_key', 'user_000000000000000000000000000', '%1$s', '{a,b}', 0);
          INSERT INTO tollgate.api_key_secret (digest, key_id) VALUES ('\\x%2$s', '%1$s');
          """
              .formatted(id, HexFormat.of().formatHex(digest.toBytes())));
      sql.append(numbered(id));
    }
    postgres.execute(sql.append("COMMIT").toString());
    return digest;
  }

  void revoke(KeyDigest digest) {
    String id =
        postgres.query(
            "SELECT key_id FROM tollgate.api_key_secret WHERE digest = '\\x"
                + HexFormat.of().formatHex(digest.toBytes())
                + "'");
    postgres.execute(
        "BEGIN; UPDATE tollgate.api_key SET revoked_at = now() WHERE id = '"
            + id
            + "';"
            + numbered(id)
            + "COMMIT");
  }

  private static String numbered(String id) {
    return """
    WITH counted AS (
      UPDATE tollgate.change_counter SET number = number + 1, id = gen_random_uuid()::text
      RETURNING number, id
    ), logged AS (
      INSERT INTO tollgate.change_log (number, id, keys, addresses)
      SELECT number, id, ARRAY['%1$s'],
        ARRAY(SELECT digest FROM tollgate.api_key_secret WHERE key_id = '%1$s')
      FROM counted
    )
    UPDATE tollgate.api_key k SET number = counted.number FROM counted WHERE k.id = '%1$s';
    """
        .formatted(id);
  }
}
