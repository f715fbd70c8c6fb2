package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.tollgate.access.Scopes;
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

  private static Secret imported(String secret, String algorithm) {
    var issued = new Secret(secret);
    KeyRecord record = keys.withFreshId(StoredKeys.record(Scopes.NONE));
    keys.importInPostgres(address(issued, algorithm), algorithm, record);
    return issued;
  }

  private static KeyDigest address(Secret secret, String algorithm) {
    return algorithm.equals("sha256") ? KeyDigest.of(secret) : KeyDigest.ofSha512(secret);
  }

  private static int get(Secret key) {
    return edge.get("/", key).statusCode();
  }

  /** The steps of the fence go on meanwhile, so that only look-ups are counted. */
  private static double lookups() {
    return edge.metrics.find("tollgate.lookups").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
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
    Secret key = imported("theirs:known-by-sha-256", "sha256");
    assertThat(get(key)).isEqualTo(200);
    assertHeld(key, 200);
  }

  @Test
  void a_secret_that_is_known_by_its_sha_512_works_and_is_held() {
    Secret key = imported("theirs:known-by-sha-512", "sha512");
    assertThat(get(key)).isEqualTo(200);
    assertHeld(key, 200);
  }

  @Test
  void it_comes_where_others_come_and_never_reaches_the_upstream() {
    Secret key = imported("theirs:in-either-field", "sha256");
    HttpResponse<String> response =
        edge.send(HttpRequest.newBuilder(edge.uri("/")).header("X-API-Key", key.reveal()));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).contains("tollgate-key-id").doesNotContain(key.reveal());
  }

  @Test
  void the_shortest_and_the_longest_work_and_nothing_beyond() {
    assertThat(get(imported("8-bytes!", "sha256"))).isEqualTo(200);
    assertThat(get(imported("l".repeat(512), "sha512"))).isEqualTo(200);
    assertThat(get(imported("7-bytes", "sha256"))).isEqualTo(401);
    assertThat(get(imported("l".repeat(513), "sha512"))).isEqualTo(401);
    assertThat(get(imported("with a space", "sha256"))).isEqualTo(401);
  }

  @Test
  void a_revoked_one_is_refused_and_that_is_remembered() {
    for (String algorithm : List.of("sha256", "sha512")) {
      Secret key = imported("theirs:revoked-" + algorithm, algorithm);
      assertThat(get(key)).isEqualTo(200);
      keys.revokeInPostgres(address(key, algorithm));
      Awaiting.until("the revocation is heard", () -> get(key) == 401);
      assertHeld(key, 401);
    }
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
    imported(key.reveal(), "sha256");
    assertThat(get(key)).isEqualTo(200);
  }
}
