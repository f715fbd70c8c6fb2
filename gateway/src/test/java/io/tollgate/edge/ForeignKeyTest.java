package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.Scopes;
import io.tollgate.key.ForeignHash;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.tollgate.store.Awaiting;
import io.tollgate.store.InstanceRecord;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.RecordName;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Secrets that were issued elsewhere, where some were imported. */
class ForeignKeyTest {
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static EchoUpstream upstream;
  private static StoredKeys keys;
  private static RunningGateway edge;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    upstream = new EchoUpstream();
    keys = new StoredKeys(postgres, redis);
    keys.changeInPostgres(RecordName.INSTANCE, new InstanceRecord(true, true, true));
    edge = new RunningGateway(postgres, redis, upstream.route("/"));
  }

  @AfterAll
  static void stop() {
    edge.close();
    upstream.close();
    redis.close();
    postgres.close();
  }

  private static Secret imported(String secret, ForeignHash hash) {
    var issued = new Secret(secret);
    KeyRecord record = keys.withFreshId(StoredKeys.record(Scopes.NONE));
    keys.importInPostgres(issued, hash, record);
    return issued;
  }

  private static int get(Secret key) {
    return edge.get("/", key).statusCode();
  }

  /** The steps of the fence go on meanwhile, so that only look-ups are counted. */
  private static double lookups() {
    return edge.total("tollgate.lookups");
  }

  /** One for each time that a slow machine lets the fence fall, so that nothing is held. */
  private static void assertHeld(Secret key, int status) {
    double before = lookups();
    for (int i = 0; i < 50; i++) {
      assertThat(get(key)).isEqualTo(status);
    }
    assertThat(lookups() - before).isLessThan(25);
  }

  @Test
  void a_secret_that_is_known_by_its_sha_256_works_and_is_held() {
    Secret key = imported("theirs:known-by-sha-256", ForeignHash.SHA256);
    assertThat(get(key)).isEqualTo(200);
    assertHeld(key, 200);
  }

  @Test
  void a_secret_that_is_known_by_its_sha_512_works_and_is_held() {
    Secret key = imported("theirs:known-by-sha-512", ForeignHash.SHA512);
    assertThat(get(key)).isEqualTo(200);
    assertHeld(key, 200);
  }

  @Test
  void it_comes_where_others_come_and_never_reaches_the_upstream() {
    Secret key = imported("theirs:in-either-field", ForeignHash.SHA256);
    HttpResponse<String> response =
        edge.send(HttpRequest.newBuilder(edge.uri("/")).header("X-API-Key", key.reveal()));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).contains("tollgate-key-id").doesNotContain(key.reveal());
  }

  @Test
  void the_shortest_and_the_longest_work_and_nothing_beyond() {
    assertThat(get(imported("8-bytes!", ForeignHash.SHA256))).isEqualTo(200);
    assertThat(get(imported("l".repeat(512), ForeignHash.SHA512))).isEqualTo(200);
    assertThat(get(imported("7-bytes", ForeignHash.SHA256))).isEqualTo(401);
    assertThat(get(imported("l".repeat(513), ForeignHash.SHA512))).isEqualTo(401);
    assertThat(get(imported("with a space", ForeignHash.SHA256))).isEqualTo(401);
  }

  @ParameterizedTest
  @EnumSource
  void a_revoked_one_is_refused(ForeignHash hash) {
    Secret key = imported("theirs:revoked-" + hash, hash);
    assertThat(get(key)).isEqualTo(200);
    keys.revokeInPostgres(hash.address(key));
    Awaiting.until("the revocation is heard", () -> get(key) == 401);
    for (int i = 0; i < 20; i++) {
      assertThat(get(key)).isEqualTo(401);
    }
  }

  @Test
  void one_that_was_imported_by_both_hashes_works_while_either_key_does() {
    Secret key = imported("theirs:known-by-both", ForeignHash.SHA256);
    imported(key.reveal(), ForeignHash.SHA512);
    assertThat(get(key)).isEqualTo(200);
    keys.revokeInPostgres(ForeignHash.SHA256.address(key));
    for (int i = 0; i < 20; i++) {
      assertThat(get(key)).isEqualTo(200);
    }
    keys.revokeInPostgres(ForeignHash.SHA512.address(key));
    Awaiting.until("both revocations are heard", () -> get(key) == 401);
  }

  @Test
  void nobody_gets_at_a_key_of_our_own_or_a_record_by_importing_its_address_as_a_hash() {
    Secret own = keys.mint();
    keys.putPostgres(own, keys.withFreshId(StoredKeys.record(Scopes.NONE)));
    KeyDigest subject = RecordName.subject(StoredKeys.SUBJECT).address();
    for (KeyDigest taken : List.of(KeyDigest.of(own), subject)) {
      KeyDigest address = ForeignHash.SHA256.address(taken.toBytes());
      assertThat(address).isNotEqualTo(taken);
    }
    assertThat(get(own)).isEqualTo(200);
  }

  @Test
  void an_unknown_one_is_refused_by_the_same_bytes_as_any_other() {
    HttpResponse<String> unknown = edge.get("/", new Secret("theirs:never-imported"));
    assertThat(unknown.statusCode()).isEqualTo(401);
    assertThat(unknown.body()).isEqualTo(edge.get("/", keys.mint()).body());
  }

  @Test
  void a_key_of_our_own_does_not_come_back_to_life_once_its_pepper_is_retired() {
    var retired = new Pepper(List.of(new Secret("a pepper that is not on the list any more")));
    Secret key = new KeyFormat(retired).mint(new Random(3));
    keys.putPostgres(key, keys.withFreshId(StoredKeys.record(Scopes.NONE)));
    assertThat(get(key)).isEqualTo(401);
  }

  @Test
  void a_secret_of_our_form_may_have_been_issued_elsewhere() {
    var theirs = new Pepper(List.of(new Secret("the pepper of another deployment, not of ours")));
    Secret key = new KeyFormat(theirs).mint(new Random(4));
    imported(key.reveal(), ForeignHash.SHA256);
    assertThat(get(key)).isEqualTo(200);
  }
}
