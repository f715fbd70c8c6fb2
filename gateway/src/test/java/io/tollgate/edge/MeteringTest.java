package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.Scopes;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.meter.MeterConfig;
import io.tollgate.meter.MeterDirectories;
import io.tollgate.meter.WhenFull;
import io.tollgate.proxy.CredentialHeader;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.Awaiting;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Each request of a key is counted once for the verification and once for what became of it at the
 * upstream, whatever that was; a gateway that has stopped has all of it in the ledger.
 */
class MeteringTest {
  private static final String COUNTS =
      "SELECT coalesce(string_agg(key_id || ' of ' || subject || ':'"
          + " || CASE WHEN verified > 0 THEN ' verified ' || verified ELSE '' END"
          + " || CASE WHEN refused > 0 THEN ' refused ' || refused ELSE '' END"
          + " || CASE WHEN status_1xx > 0 THEN ' 1xx ' || status_1xx ELSE '' END"
          + " || CASE WHEN status_2xx > 0 THEN ' 2xx ' || status_2xx ELSE '' END"
          + " || CASE WHEN status_3xx > 0 THEN ' 3xx ' || status_3xx ELSE '' END"
          + " || CASE WHEN status_4xx > 0 THEN ' 4xx ' || status_4xx ELSE '' END"
          + " || CASE WHEN status_5xx > 0 THEN ' 5xx ' || status_5xx ELSE '' END"
          + " || CASE WHEN unanswered > 0 THEN ' unanswered ' || unanswered ELSE '' END, '; '),"
          + " 'nothing') FROM (SELECT key_id, subject, sum(verified) AS verified,"
          + " sum(refused) AS refused, sum(status_1xx) AS status_1xx,"
          + " sum(status_2xx) AS status_2xx,"
          + " sum(status_3xx) AS status_3xx, sum(status_4xx) AS status_4xx,"
          + " sum(status_5xx) AS status_5xx, sum(unanswered) AS unanswered"
          + " FROM tollgate.usage_hour GROUP BY key_id, subject) used";

  private TestPostgres postgres;
  private TestRedis redis;
  private Secret key;

  /** What a test does with a running gateway. */
  private interface Use {
    void of(RunningGateway edge) throws Exception;
  }

  @BeforeEach
  void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    key = new StoredKeys(postgres, redis).everywhere("read");
  }

  @AfterEach
  void stop() {
    redis.close();
    postgres.close();
  }

  /** Returns what is counted once the gateway has stopped. */
  private String counted(ProxyConfig proxy, LimitConfig limit, Route route, Use use)
      throws Exception {
    try (var edge = new RunningGateway(postgres, redis, proxy, limit, route)) {
      use.of(edge);
    }
    String id = postgres.query("SELECT id FROM tollgate.api_key");
    return postgres.query(COUNTS).replace(id + " of " + StoredKeys.SUBJECT + ": ", "");
  }

  private String counted(ScriptedUpstream.Script script, Use use) throws Exception {
    try (var upstream = new ScriptedUpstream(script)) {
      return counted(ProxyConfig.DEFAULTS, LimitConfig.UNLIMITED, upstream.route("/"), use);
    }
  }

  private static ScriptedUpstream.Script answering(String statusLine) {
    return (peer, index) -> {
      while (!peer.readHead().isEmpty()) {
        peer.write("HTTP/1.1 " + statusLine + "\r\nContent-Length: 0\r\n\r\n");
      }
    };
  }

  private int post(RunningGateway edge) {
    return edge.send(
            HttpRequest.newBuilder(edge.uri("/"))
                .header("X-API-Key", key.reveal())
                .POST(HttpRequest.BodyPublishers.ofString("body")))
        .statusCode();
  }

  @Test
  void answers_are_counted_by_the_class_of_their_status() throws Exception {
    assertThat(counted(answering("201 Created"), edge -> edge.get("/", key)))
        .isEqualTo("verified 1 2xx 1");
    postgres.execute("TRUNCATE tollgate.usage_hour");
    assertThat(counted(answering("304 Not Modified"), edge -> edge.get("/", key)))
        .isEqualTo("verified 1 3xx 1");
    postgres.execute("TRUNCATE tollgate.usage_hour");
    assertThat(counted(answering("404 Not Found"), edge -> edge.get("/", key)))
        .isEqualTo("verified 1 4xx 1");
    postgres.execute("TRUNCATE tollgate.usage_hour");
    assertThat(counted(answering("503 Gone Fishing"), edge -> edge.get("/", key)))
        .isEqualTo("verified 1 5xx 1");
  }

  @Test
  void what_lacks_a_scope_is_verified_and_no_more() throws Exception {
    try (var upstream = new EchoUpstream()) {
      var route =
          new Route(
              "/",
              upstream.route("/").destination().first(),
              Scopes.of(List.of("write")),
              Set.of(),
              Set.of(CredentialHeader.values()));
      assertThat(
              counted(
                  ProxyConfig.DEFAULTS,
                  LimitConfig.UNLIMITED,
                  route,
                  edge -> assertThat(edge.get("/", key).statusCode()).isEqualTo(403)))
          .isEqualTo("verified 1");
    }
  }

  @Test
  void what_a_limit_refuses_is_counted_as_refused() throws Exception {
    try (var upstream = new EchoUpstream()) {
      assertThat(
              counted(
                  ProxyConfig.DEFAULTS,
                  new LimitConfig(1, 1),
                  upstream.route("/"),
                  edge -> {
                    assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
                    assertThat(edge.get("/", key).statusCode()).isEqualTo(429);
                  }))
          .isEqualTo("verified 2 refused 1 2xx 1");
    }
  }

  @Test
  void what_reached_no_upstream_is_verified_and_no_more() throws Exception {
    assertThat(
            counted(
                ProxyConfig.DEFAULTS,
                LimitConfig.UNLIMITED,
                Route.to("/", "http://127.0.0.1:1"),
                edge -> assertThat(edge.get("/", key).statusCode()).isEqualTo(502)))
        .isEqualTo("verified 1");
  }

  @Test
  void what_the_upstream_took_and_hung_up_on_is_unanswered() throws Exception {
    assertThat(
            counted(
                (peer, index) -> peer.readHead(), edge -> assertThat(post(edge)).isEqualTo(502)))
        .isEqualTo("verified 1 unanswered 1");
  }

  @Test
  void what_was_sent_a_second_time_counts_once() throws Exception {
    assertThat(
            counted(
                (peer, index) -> {
                  peer.readHead();
                  if (index > 0) {
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                    peer.awaitEnd();
                  }
                },
                edge -> assertThat(edge.get("/", key).statusCode()).isEqualTo(200)))
        .isEqualTo("verified 1 2xx 1");
  }

  @Test
  void what_was_sent_twice_in_vain_is_unanswered_once() throws Exception {
    assertThat(
            counted(
                (peer, index) -> peer.readHead(),
                edge -> assertThat(edge.get("/", key).statusCode()).isEqualTo(502)))
        .isEqualTo("verified 1 unanswered 1");
  }

  @Test
  void what_the_upstream_does_not_answer_in_time_is_unanswered() throws Exception {
    ProxyConfig defaults = ProxyConfig.DEFAULTS;
    var impatient =
        new ProxyConfig(
            defaults.connectTimeout(),
            Duration.ofMillis(200),
            defaults.idleTimeout(),
            defaults.totalTimeout(),
            defaults.connectionsMax(),
            defaults.queueMax(),
            defaults.headerBytesMax(),
            defaults.headerCountMax());
    try (var upstream =
        new ScriptedUpstream(
            (peer, index) -> {
              peer.readHead();
              peer.awaitEnd();
            })) {
      assertThat(
              counted(
                  impatient,
                  LimitConfig.UNLIMITED,
                  upstream.route("/"),
                  edge -> assertThat(edge.get("/", key).statusCode()).isEqualTo(504)))
          .isEqualTo("verified 1 unanswered 1");
    }
  }

  @Test
  void a_client_that_leaves_before_the_answer_has_used_the_upstream() throws Exception {
    var asked = new CountDownLatch(1);
    var over = new CountDownLatch(1);
    assertThat(
            counted(
                (peer, index) -> {
                  peer.readHead();
                  asked.countDown();
                  peer.awaitEnd();
                  over.countDown();
                },
                edge -> {
                  try (var client = client(edge)) {
                    asked.await();
                    client.setSoLinger(true, 0);
                  }
                  over.await();
                }))
        .isEqualTo("verified 1 unanswered 1");
  }

  private Socket client(RunningGateway edge) throws IOException {
    var client = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port());
    String request = "GET / HTTP/1.1\r\nHost: t\r\nX-API-Key: " + key.reveal() + "\r\n\r\n";
    client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return client;
  }

  @Test
  void a_client_that_leaves_a_stream_and_an_answer_that_is_cut_have_been_answered()
      throws Exception {
    var over = new CountDownLatch(1);
    assertThat(
            counted(
                (peer, index) -> {
                  peer.readHead();
                  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
                  if (index == 0) {
                    peer.awaitEnd();
                    over.countDown();
                  }
                },
                edge -> {
                  try (var client = client(edge)) {
                    assertThat(client.getInputStream().read()).isPositive();
                    client.setSoLinger(true, 0);
                  }
                  over.await();
                  try (var client = client(edge)) {
                    assertThat(client.getInputStream().readAllBytes()).endsWith('h', 'a', 'l', 'f');
                  }
                }))
        .isEqualTo("verified 2 2xx 2");
  }

  @Test
  void a_body_that_breaks_off_on_its_way_has_reached_the_upstream() throws Exception {
    assertThat(
            counted(
                (peer, index) -> {
                  peer.readHead();
                  peer.awaitEnd();
                },
                edge -> {
                  try (var client =
                      new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
                    String request =
                        "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\nX-API-Key: "
                            + key.reveal()
                            + "\r\n\r\n4\r\nhalf\r\nno chunk\r\n";
                    client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                    assertThat(client.getInputStream().readNBytes(12))
                        .asString()
                        .isEqualTo("HTTP/1.1 400");
                  }
                }))
        .isEqualTo("verified 1 unanswered 1");
  }

  @Test
  void what_is_no_key_is_not_counted() throws Exception {
    assertThat(
            counted(
                answering("200 OK"),
                edge ->
                    assertThat(edge.get("/", new StoredKeys(postgres, redis).mint()).statusCode())
                        .isEqualTo(401)))
        .isEqualTo("nothing");
  }

  @Test
  void what_could_not_be_counted_is_refused_if_that_was_asked_for() {
    var place = MeterDirectories.fresh();
    // Room for one key in each of eight segments, and no disk to put them to.
    var tiny = new MeterConfig(place.directory(), MeterConfig.SPOOL_BYTES_MAX, WhenFull.REFUSE, 1);
    var keys = new StoredKeys(postgres, redis);
    try (var upstream = new EchoUpstream();
        var edge = RunningGateway.metering(postgres, redis, tiny, upstream.route("/"))) {
      TestRedis.delete(place.directory());
      List<Integer> answers = new ArrayList<>();
      for (int use = 0; use < 9; use++) {
        answers.add(edge.get("/", keys.everywhere()).statusCode());
      }
      assertThat(answers).containsExactly(200, 200, 200, 200, 200, 200, 200, 200, 503);
      HttpResponse<String> refused = edge.get("/", key);
      assertThat(refused.body()).contains("\"code\":\"meter-full\"");
      assertThat(refused.headers().firstValue("retry-after")).isPresent();
    }
  }

  @Test
  void a_use_comes_to_the_ledger_within_seconds_and_notes_when_the_key_was_used() throws Exception {
    try (var upstream = new EchoUpstream();
        var edge = new RunningGateway(postgres, redis, upstream.route("/"))) {
      assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
      Awaiting.until(
          "it is in the ledger",
          () -> postgres.query("SELECT status_2xx FROM tollgate.usage_hour").equals("1"));
      assertThat(
              postgres.query(
                  "SELECT last_used_at BETWEEN now() - interval '1 minute' AND now()"
                      + " FROM tollgate.api_key"))
          .isEqualTo("t");
    }
  }
}
