package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.AddressRanges;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.store.Awaiting;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An edge behind proxies that it believes; what their clients may try, the attack suite tries. */
class TrustedProxyTest {
  private static final String CLIENT = "203.0.113.7";
  private static final AddressRanges LOOPBACK = AddressRanges.of(List.of("127.0.0.0/8"));
  private static final AddressRanges OTHERS = AddressRanges.of(List.of("10.0.0.0/8"));

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static Secret key;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    key = new StoredKeys(postgres, redis).everywhere();
  }

  @AfterAll
  static void stop() {
    redis.close();
    postgres.close();
  }

  private RunningGateway gateway(
      EchoUpstream upstream, ClientBounds bounds, AddressRanges trustedProxies) {
    Path log = directory.resolve("access.log");
    return new RunningGateway(
        postgres,
        redis,
        new EdgeConfig(
            "127.0.0.1",
            0,
            1,
            Duration.ofSeconds(5),
            bounds,
            Http2Bounds.DEFAULTS,
            trustedProxies,
            log,
            null),
        ProxyConfig.DEFAULTS,
        LimitConfig.UNLIMITED,
        upstream.route("/"));
  }

  private static HttpRequest.Builder request(RunningGateway edge) {
    return HttpRequest.newBuilder(edge.uri("/"))
        .header("X-API-Key", key.reveal())
        .header("X-Forwarded-For", "6.6.6.6, " + CLIENT)
        .header("X-Forwarded-Proto", "https");
  }

  private static String told(RunningGateway edge, String name) {
    JsonArray values =
        new JsonObject(edge.send(request(edge)).body()).getJsonObject("headers").getJsonArray(name);
    assertThat(values).as(name).hasSize(1);
    return values.getString(0);
  }

  private List<String> loggedAddresses(int count) throws IOException {
    Path log = directory.resolve("access.log");
    Awaiting.until("they are written", () -> Files.readAllLines(log).size() == count);
    return Files.readAllLines(log).stream()
        .map(line -> new JsonObject(line).getString("address"))
        .toList();
  }

  @Test
  void upstream_and_access_log_are_told_the_client_and_its_scheme() throws IOException {
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream, ClientBounds.DEFAULTS, LOOPBACK)) {
      assertThat(told(edge, "x-forwarded-for")).isEqualTo(CLIENT);
      assertThat(told(edge, "x-forwarded-proto")).isEqualTo("https");
      assertThat(loggedAddresses(2)).containsOnly(CLIENT);
    }
  }

  @Test
  void from_anybody_else_they_are_told_who_connected() throws IOException {
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream, ClientBounds.DEFAULTS, OTHERS)) {
      assertThat(told(edge, "x-forwarded-for")).isEqualTo("127.0.0.1");
      assertThat(told(edge, "x-forwarded-proto")).isEqualTo("http");
      assertThat(loggedAddresses(2)).containsOnly("127.0.0.1");
    }
  }

  @Test
  void nothing_is_believed_in_a_head_that_is_not_well_formed() throws IOException {
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream, ClientBounds.DEFAULTS, LOOPBACK)) {
      String good = "GET / HTTP/1.1\r\nHost: t\r\nX-Forwarded-For: " + CLIENT + "\r\n\r\n";
      String bad = "GET / HTTP/1.1\r\nHost: t\r\nX-Forwarded-For: 6.6.6.6\r\nno field\r\n\r\n";
      assertThat(RawClient.raw(edge.gateway.port(), good + bad)).contains("HTTP/1.1 400");
      assertThat(loggedAddresses(2)).containsExactly(CLIENT, "127.0.0.1");
    }
  }

  @Test
  void a_refused_client_is_logged_by_its_own_address() throws IOException {
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream, ClientBounds.DEFAULTS, LOOPBACK)) {
      String claim = "X-Forwarded-For: 6.6.6.6, " + CLIENT + "\r\n";
      assertThat(RawClient.exchange(edge.gateway.port(), "GET / HTTP/1.1", claim))
          .startsWith("HTTP/1.1 401");
      assertThat(loggedAddresses(1)).containsExactly(CLIENT);
    }
  }

  @Test
  void a_trusted_proxy_is_held_to_the_bound_of_all_connections_alone() throws IOException {
    assertThat(served(bounds(3, 1), LOOPBACK)).isEqualTo(3);
  }

  @Test
  void anybody_else_is_held_to_the_bound_per_address() throws IOException {
    assertThat(served(bounds(3, 1), OTHERS)).isEqualTo(1);
  }

  private static ClientBounds bounds(int connections, int perAddress) {
    ClientBounds defaults = ClientBounds.DEFAULTS;
    return new ClientBounds(
        connections,
        perAddress,
        defaults.requestLineBytesMax(),
        defaults.headerBytesMax(),
        defaults.headerCountMax(),
        defaults.unreadHeaderBytesMax(),
        defaults.headerTimeout(),
        defaults.idleTimeout(),
        defaults.bodyBytesPerSecondMin(),
        defaults.bodyGrace(),
        defaults.bodyBytesMax());
  }

  /** Returns how many of five connections at once are answered on. */
  private int served(ClientBounds bounds, AddressRanges trustedProxies) throws IOException {
    List<Socket> sockets = new ArrayList<>();
    int served = 0;
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream, bounds, trustedProxies)) {
      for (int i = 0; i < 5; i++) {
        var socket = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port());
        sockets.add(socket);
        socket.setSoTimeout(10_000);
        served += isAnswered(socket) ? 1 : 0;
      }
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    return served;
  }

  private static boolean isAnswered(Socket socket) {
    String head = "GET / HTTP/1.1\r\nHost: t\r\nX-API-Key: " + key.reveal() + "\r\n\r\n";
    try {
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().read() == 'H';
    } catch (IOException reset) {
      return false;
    }
  }
}
