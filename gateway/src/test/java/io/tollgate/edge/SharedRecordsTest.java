package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.Scopes;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.Secret;
import io.tollgate.proxy.CredentialHeader;
import io.tollgate.proxy.Route;
import io.tollgate.store.Awaiting;
import io.tollgate.store.InstanceRecord;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.RecordName;
import io.tollgate.store.RoleRecord;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.StoredRecord;
import io.tollgate.store.SubjectRecord;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What keys have in common bites at once, for keys that the ring knows well. */
class SharedRecordsTest {
  private static final RecordName SUBJECT = RecordName.subject(StoredKeys.SUBJECT);
  private static final String ORGANIZATION = "org_000000000000000000000000000";

  private TestPostgres postgres;
  private TestRedis redis;
  private EchoUpstream upstream;
  private StoredKeys keys;
  private RunningGateway edge;

  @BeforeEach
  void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    upstream = new EchoUpstream();
    keys = new StoredKeys(postgres, redis);
    keys.markApplied();
    edge =
        new RunningGateway(
            postgres,
            redis,
            upstream.route("/"),
            new Route(
                "/bills",
                URI.create(upstream.url()),
                Scopes.of(List.of("org:bills:read")),
                Set.of(),
                Set.of(CredentialHeader.AUTHORIZATION)));
    Awaiting.until("Redis is believed", () -> gauge("tollgate.redis.believed") == 1);
  }

  @AfterEach
  void stop() {
    edge.close();
    upstream.close();
    redis.close();
    postgres.close();
  }

  private double gauge(String name) {
    return edge.metrics.get(name).gauge().value();
  }

  private int get(String path, Secret key) {
    return edge.get(path, key).statusCode();
  }

  /** Waits until the gateway has heard of the newest change, by whichever fence. */
  private void awaitHeard() {
    double newest =
        Double.parseDouble(postgres.query("SELECT number FROM tollgate.change_counter"));
    Awaiting.until("the change was heard", () -> gauge("tollgate.fence.level") >= newest);
  }

  private void change(RecordName name, StoredRecord record) {
    keys.changeInPostgres(name, record);
    awaitHeard();
  }

  @Test
  void switching_keys_off_ends_them_all_and_switching_on_brings_them_back() {
    Secret key = keys.everywhere();
    assertThat(get("/", key)).isEqualTo(200);
    change(RecordName.INSTANCE, new InstanceRecord(false, false, false));
    assertThat(get("/", key)).isEqualTo(401);
    change(RecordName.INSTANCE, InstanceRecord.DEFAULTS);
    assertThat(get("/", key)).isEqualTo(200);
  }

  @Test
  void one_record_ends_all_keys_of_a_subject() {
    Secret one = keys.everywhere();
    Secret other = keys.everywhere();
    assertThat(get("/", one)).isEqualTo(200);
    assertThat(get("/", other)).isEqualTo(200);
    change(SUBJECT, new SubjectRecord(1_000, true, Map.of()));
    assertThat(get("/", one)).isEqualTo(401);
    assertThat(get("/", other)).isEqualTo(401);
  }

  @Test
  void a_permission_counts_while_the_role_holds_it() {
    Secret key = keys.everywhere("org:bills:read");
    change(RecordName.role("role_1"), new RoleRecord(Set.of("org:bills:read")));
    change(SUBJECT, new SubjectRecord(0, true, Map.of(ORGANIZATION, "role_1")));
    assertThat(get("/bills", key)).isEqualTo(200);
    change(RecordName.role("role_1"), new RoleRecord(Set.of()));
    assertThat(get("/bills", key)).isEqualTo(403);
    assertThat(get("/", key)).isEqualTo(200);
  }

  @Test
  void a_key_with_allowed_addresses_is_refused_from_elsewhere() {
    Secret here = keys.everywhere(from("127.0.0.0/8"));
    Secret elsewhere = keys.everywhere(from("10.0.0.0/8"));
    assertThat(get("/", here)).isEqualTo(200);
    HttpResponse<String> refused = edge.get("/", elsewhere);
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("\"code\":\"address-not-allowed\"");
  }

  private KeyRecord from(String range) {
    KeyRecord plain = keys.withFreshId(StoredKeys.record(Scopes.NONE));
    return new KeyRecord(
        plain.number(),
        plain.since(),
        plain.id(),
        plain.subject(),
        plain.member(),
        plain.scopes(),
        List.of(range),
        false,
        true,
        KeyRecord.NEVER);
  }

  @Test
  void a_use_is_noted() {
    Secret key = keys.everywhere();
    assertThat(get("/", key)).isEqualTo(200);
    String digest = HexFormat.of().formatHex(KeyDigest.of(key).toBytes());
    Awaiting.until(
        "the use is noted",
        () ->
            postgres
                .query(
                    "SELECT last_used_at IS NOT NULL FROM tollgate.api_key_secret"
                        + " WHERE digest = '\\x"
                        + digest
                        + "'")
                .equals("t"));
  }

  @Test
  void a_record_that_stands_under_a_secrets_address_is_no_key() {
    Secret key = keys.mint();
    keys.putRedis(KeyDigest.of(key), new RoleRecord(Set.of("org:bills:read")));
    assertThat(get("/", key)).isEqualTo(401);
  }
}
