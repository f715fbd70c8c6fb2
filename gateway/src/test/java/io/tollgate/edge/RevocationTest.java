package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tollgate.access.Scopes;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.Awaiting;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What was revoked is refused, whichever store a gateway has lost; what is valid is not. */
class RevocationTest {
  private TestPostgres postgres;
  private TestRedis redis;
  private EchoUpstream upstream;
  private StoredKeys keys;

  @BeforeEach
  void start() {
    postgres = TestPostgres.dedicated();
    redis = TestRedis.start();
    upstream = new EchoUpstream();
    keys = new StoredKeys(postgres, redis);
    keys.markApplied();
  }

  @AfterEach
  void stop() {
    upstream.close();
    redis.close();
    postgres.close();
  }

  private RunningGateway gateway(Route... routes) {
    var edge = new RunningGateway(postgres, redis, routes);
    Awaiting.until("Redis is believed", () -> gauge(edge, "tollgate.redis.believed") == 1);
    return edge;
  }

  private RunningGateway gateway() {
    return gateway(upstream.route("/"));
  }

  private static double gauge(RunningGateway edge, String name) {
    return edge.metrics.get(name).gauge().value();
  }

  private static int get(RunningGateway edge, Secret key) {
    return edge.get("/", key).statusCode();
  }

  private static void assertInRing(RunningGateway edge, Secret key) {
    assertThat(get(edge, key)).isEqualTo(200);
    double hits = edge.metrics.get("tollgate.ring.hits").counter().count();
    Awaiting.until(
        "the ring answers",
        () -> {
          assertThat(get(edge, key)).isEqualTo(200);
          return edge.metrics.get("tollgate.ring.hits").counter().count() > hits;
        });
  }

  @Test
  void a_tombstone_in_redis_takes_the_key_out_of_the_ring_without_postgres() {
    try (RunningGateway edge = gateway()) {
      KeyRecord record = keys.withFreshId(StoredKeys.record(Scopes.NONE));
      Secret key = keys.everywhere(record);
      assertInRing(edge, key);
      postgres.freeze();
      keys.carry(key, StoredKeys.revoked(record, 1));
      // The step that sees the number comes behind the announcement of the key.
      Awaiting.until("the level is reached", () -> gauge(edge, "tollgate.fence.level") == 1);
      assertThat(get(edge, key)).isEqualTo(401);
      postgres.thaw();
    }
  }

  @Test
  void a_change_in_postgres_takes_the_key_out_of_the_ring_without_redis() {
    try (RunningGateway edge = gateway()) {
      Secret key = keys.everywhere();
      assertInRing(edge, key);
      redis.kill9();
      assertInRing(edge, key);
      keys.revokeInPostgres(key);
      Awaiting.until("the level is reached", () -> gauge(edge, "tollgate.fence.level") == 1);
      assertThat(get(edge, key)).isEqualTo(401);
    }
  }

  @Test
  void a_redis_that_is_behind_what_postgres_said_is_not_believed() {
    try (RunningGateway edge = gateway()) {
      Secret key = keys.everywhere();
      Secret other = keys.inPostgresOnly();
      keys.revokeInPostgres(other);
      Awaiting.until("the level is reached", () -> gauge(edge, "tollgate.fence.level") == 1);
      keys.revokeInPostgres(key);
      Awaiting.until("the level is reached", () -> gauge(edge, "tollgate.fence.level") == 2);
      // The document in Redis still says that the key is good.
      assertThat(get(edge, key)).isEqualTo(401);
      assertThat(
              edge.metrics
                  .get("tollgate.lookups")
                  .tag("store", "redis")
                  .tag("result", "not-believed")
                  .counter()
                  .count())
          .isPositive();
    }
  }

  @Test
  void a_flush_ends_the_belief_in_redis_while_the_ring_goes_on() {
    try (RunningGateway edge = gateway()) {
      Secret key = keys.everywhere();
      assertInRing(edge, key);
      redis.command("FLUSHALL");
      Awaiting.until("Redis is doubted", () -> gauge(edge, "tollgate.redis.believed") == 0);
      assertInRing(edge, key);
      assertThat(gauge(edge, "tollgate.ring.entries")).isEqualTo(1);
      keys.markApplied();
      Awaiting.until("Redis is believed", () -> gauge(edge, "tollgate.redis.believed") == 1);
    }
  }

  @Test
  void a_restarted_redis_is_believed_once_postgres_was_asked_after_that() {
    try (RunningGateway edge = gateway()) {
      postgres.freeze();
      redis.kill9();
      redis.restart();
      keys.markProjected();
      Secret key = keys.inRedisOnly();
      Awaiting.until("503", () -> edge.get("/", key).statusCode() == 503);
      assertThat(gauge(edge, "tollgate.redis.believed")).isZero();
      postgres.thaw();
      Awaiting.until("Redis is believed", () -> gauge(edge, "tollgate.redis.believed") == 1);
      assertThat(get(edge, key)).isEqualTo(200);
    }
  }

  @Test
  void a_gateway_stands_on_the_list_from_before_it_is_ready_until_it_has_stopped() {
    try (RunningGateway edge = gateway()) {
      RunningGateway.await(edge.gateway.ready());
      assertThat(postgres.query("SELECT count(*) FROM tollgate.gateway")).isEqualTo("1");
      assertThat(postgres.query("SELECT bound_millis FROM tollgate.gateway")).isEqualTo("100");
    }
    assertThat(postgres.query("SELECT count(*) FROM tollgate.gateway")).isEqualTo("0");
  }

  @Test
  void a_gateway_confirms_on_the_list_what_it_has_let_go_of() {
    try (RunningGateway edge = gateway()) {
      Secret key = keys.everywhere();
      assertInRing(edge, key);
      redis.freeze();
      keys.revokeInPostgres(key);
      Awaiting.until(
          "the gateway confirms the change",
          () -> postgres.query("SELECT number FROM tollgate.gateway").equals("1"));
      assertThat(get(edge, key)).isEqualTo(401);
      redis.thaw();
    }
  }

  @Test
  void a_long_exchange_is_cut_when_its_key_is_revoked() throws Exception {
    var streaming = new CountDownLatch(1);
    var ended = new CountDownLatch(1);
    try (var stream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n");
                  streaming.countDown();
                  peer.awaitEnd();
                  ended.countDown();
                });
        RunningGateway edge = gateway(stream.route("/"))) {
      Secret key = keys.everywhere();
      Thread.startVirtualThread(
          () ->
              RawClient.raw(
                  edge.gateway.port(),
                  "GET / HTTP/1.1\r\nHost: t\r\nX-API-Key: " + key.reveal() + "\r\n\r\n"));
      assertThat(streaming.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(ended.await(2, TimeUnit.SECONDS)).as("a valid key's exchange goes on").isFalse();
      keys.revokeInPostgres(key);
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(edge.metrics.get("tollgate.edge.exchanges.revoked").counter().count())
          .isEqualTo(1);
    }
  }

  @Test
  void a_call_by_grpc_is_cut_and_told_why_when_its_key_is_revoked() throws Exception {
    try (var called = new GrpcUpstream();
        var edge =
            new RunningGateway(
                postgres,
                redis,
                GrpcTest.cleartext(),
                ProxyConfig.DEFAULTS,
                LimitConfig.UNLIMITED,
                called.route("/"))) {
      Awaiting.until("Redis is believed", () -> gauge(edge, "tollgate.redis.believed") == 1);
      Secret key = keys.everywhere();
      ManagedChannel channel = GrpcTest.channel(edge);
      var received = new GrpcTest.Received();
      StreamObserver<String> requests = GrpcTest.chat(GrpcTest.with(channel, key), received);
      requests.onNext("word");
      assertThat(received.next()).isEqualTo("word");
      keys.revokeInPostgres(key);
      Status ended = received.ended.get(10, TimeUnit.SECONDS);
      assertThat(ended.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
      assertThat(ended.getDescription()).startsWith("key-invalid: ");
      assertThat(called.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
      channel.shutdownNow();
    }
  }
}
