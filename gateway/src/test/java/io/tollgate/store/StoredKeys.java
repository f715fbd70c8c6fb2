package io.tollgate.store;

import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.ForeignHash;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.KeyId;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.tollgate.plan.Plan;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/** Puts keys where the gateway looks for them, in the form in which management would. */
public final class StoredKeys {
  public static final Pepper PEPPER =
      new Pepper(List.of(new Secret("a pepper of the tests, long enough to be one")));
  public static final Subject SUBJECT = new Subject("user_000000000000000000000000000");

  private final RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
  private final KeyFormat format = new KeyFormat(PEPPER);
  private final RecordDocument documents = new RecordDocument(PEPPER);
  private final TestPostgres postgres;
  private final TestRedis redis;
  private String epoch = "";

  public StoredKeys(TestPostgres postgres, TestRedis redis) {
    this.postgres = postgres;
    this.redis = redis;
  }

  /** A secret with a genuine tag that stands nowhere. */
  public Secret mint() {
    return format.mint(random);
  }

  public static KeyRecord record(Scopes scopes) {
    return KeyRecord.plain(1, new KeyId(1, 2), SUBJECT, scopes, false, KeyRecord.NEVER);
  }

  /** Puts a key into both stores. */
  public Secret everywhere(KeyRecord record) {
    Secret secret = mint();
    putPostgres(secret, record);
    putRedis(secret, record);
    return secret;
  }

  public Secret everywhere(String... scopes) {
    return everywhere(withFreshId(record(Scopes.of(List.of(scopes)))));
  }

  public Secret inPostgresOnly(String... scopes) {
    Secret secret = mint();
    putPostgres(secret, withFreshId(record(Scopes.of(List.of(scopes)))));
    return secret;
  }

  public KeyRecord withFreshId(KeyRecord record) {
    return KeyRecord.plain(
        record.number(),
        KeyId.random(random),
        record.subject(),
        record.scopes(),
        record.revoked(),
        record.expiresAtMillis());
  }

  public void putRedis(Secret secret, KeyRecord record) {
    KeyDigest digest = KeyDigest.of(secret);
    redis.command("SET", RedisNames.record(digest), documents.encode(digest, record));
    putRedis(RecordName.INSTANCE, InstanceRecord.DEFAULTS);
    putRedis(RecordName.subject(record.subject()), SubjectRecord.DEFAULTS);
  }

  /** Puts what keys have in common. */
  public void putRedis(RecordName name, StoredRecord record) {
    putRedis(name.address(), record);
  }

  public void putRedis(KeyDigest address, StoredRecord record) {
    redis.command("SET", RedisNames.record(address), documents.encode(address, record));
  }

  /** Changes what keys have in common in Postgres as management does: the row, number and log. */
  public void changeInPostgres(RecordName name, StoredRecord record) {
    postgres.execute(
        """
        WITH counted AS (
          UPDATE tollgate.change_counter SET number = number + 1, id = gen_random_uuid()::text
          RETURNING number, id
        ), written AS (
          INSERT INTO tollgate.record (name, address, body)
          VALUES ('%1$s', tollgate.address('%1$s'), '%2$s')
          ON CONFLICT (name) DO UPDATE SET body = excluded.body
        )
        INSERT INTO tollgate.change_log (number, id, records, addresses)
        SELECT number, id, ARRAY['%1$s'], ARRAY[tollgate.address('%1$s')] FROM counted"""
            .formatted(name.text(), RecordText.encode(record)));
  }

  /**
   * Gives {@link #SUBJECT} a plan everywhere; a key of his that is put later takes it from Redis.
   */
  public void subscribe(Plan plan) {
    RecordName version = RecordName.plan(plan.version());
    RecordName subject = RecordName.subject(SUBJECT);
    SubjectRecord subscribed = SubjectRecord.DEFAULTS.withPlan(plan.version());
    changeInPostgres(version, new PlanRecord(plan));
    changeInPostgres(subject, subscribed);
    markApplied();
    putRedis(version, new PlanRecord(plan));
    putRedis(subject, subscribed);
  }

  /** Says that the projection stands, as the projector would after a rebuild. */
  public void markApplied() {
    var position =
        new LogPosition(
            Long.parseLong(postgres.query("SELECT number FROM tollgate.change_counter")),
            postgres.query("SELECT id FROM tollgate.change_counter"));
    epoch = postgres.query("SELECT tollgate.epoch()");
    apply(position);
  }

  private void apply(LogPosition position) {
    var applied = new Applied(epoch, "a mark", position);
    redis.command("SET", RedisNames.APPLIED, new AppliedDocument(PEPPER, random).encode(applied));
  }

  /** Says anew that the projection stands, without asking Postgres. */
  public void markProjected() {
    apply(LogPosition.START);
  }

  public Secret inRedisOnly(String... scopes) {
    Secret secret = mint();
    putRedis(secret, withFreshId(record(Scopes.of(List.of(scopes)))));
    return secret;
  }

  /** Carries a change to Redis, as the projector would, without asking Postgres for anything. */
  public void carry(Secret secret, KeyRecord changed) {
    putRedis(secret, changed);
    apply(new LogPosition(changed.number(), "change " + changed.number()));
  }

  public static KeyRecord revoked(KeyRecord record, long number) {
    return KeyRecord.plain(
        number, record.id(), record.subject(), record.scopes(), true, record.expiresAtMillis());
  }

  /** Revokes a key in Postgres as management does: the row, the number, the log. */
  public void revokeInPostgres(Secret secret) {
    revokeInPostgres(KeyDigest.of(secret));
  }

  public void revokeInPostgres(KeyDigest address) {
    String digest = literal(address);
    postgres.execute(
        """
        WITH counted AS (
          UPDATE tollgate.change_counter SET number = number + 1, id = gen_random_uuid()::text
          RETURNING number, id
        ), revoked AS (
          UPDATE tollgate.api_key SET revoked_at = now(), number = counted.number FROM counted
          WHERE api_key.id = (SELECT key_id FROM tollgate.api_key_secret WHERE digest = %s)
          RETURNING api_key.id
        )
        INSERT INTO tollgate.change_log (number, id, keys, addresses)
        SELECT counted.number, counted.id, ARRAY[revoked.id], ARRAY[%s] FROM counted, revoked"""
            .formatted(digest, digest));
  }

  private static String literal(KeyDigest digest) {
    return "'\\x" + HexFormat.of().formatHex(digest.toBytes()) + "'::bytea";
  }

  /** Puts a key whose secret was issued elsewhere. */
  public void importInPostgres(Secret secret, ForeignHash hash, KeyRecord record) {
    putPostgres(hash.address(secret), record);
    postgres.execute(
        "UPDATE tollgate.api_key_secret SET algorithm = '%s' WHERE digest = %s"
            .formatted(hash.text(), literal(hash.address(secret))));
  }

  public void putPostgres(Secret secret, KeyRecord record) {
    putPostgres(KeyDigest.of(secret), record);
  }

  private void putPostgres(KeyDigest address, KeyRecord record) {
    try (Connection connection = postgres.connect()) {
      insertKey(connection, record);
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO tollgate.api_key_secret (digest, key_id) VALUES (?, ?)")) {
        insert.setBytes(1, address.toBytes());
        insert.setString(2, record.id().toString());
        insert.executeUpdate();
      }
      insertSubject(connection, record);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void insertSubject(Connection connection, KeyRecord record) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO tollgate.record (name, address, body)"
                + " VALUES (?, tollgate.address(?), ?) ON CONFLICT DO NOTHING")) {
      String name = RecordName.subject(record.subject()).text();
      insert.setString(1, name);
      insert.setString(2, name);
      insert.setString(3, RecordText.encode(SubjectRecord.DEFAULTS));
      insert.executeUpdate();
    }
  }

  private static void insertKey(Connection connection, KeyRecord record) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            INSERT INTO tollgate.api_key
              (id, type, subject, name, scopes, expires_at, revoked_at, number)
            VALUES (?, 'api_key', ?, ?, ?, ?, ?, ?)""")) {
      insert.setString(1, record.id().toString());
      insert.setString(2, record.subject().id());
      insert.setString(3, "key " + record.id());
      insert.setArray(
          4, connection.createArrayOf("text", record.scopes().toList().toArray(String[]::new)));
      insert.setTimestamp(
          5,
          record.expiresAtMillis() == KeyRecord.NEVER
              ? null
              : new Timestamp(record.expiresAtMillis()));
      insert.setTimestamp(6, record.revoked() ? new Timestamp(0) : null);
      insert.setLong(7, record.number());
      insert.executeUpdate();
    }
  }
}
