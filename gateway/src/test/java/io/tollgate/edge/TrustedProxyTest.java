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
import io.tollgate.tls.ClientCertificates;
import io.tollgate.tls.ListenerTls;
import io.tollgate.tls.TestAuthority;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An edge behind proxies that it believes; what their clients may try, the attack suite tries. */
class TrustedProxyTest {
  private static final String CLIENT = "203.0.113.7";
  private static final String OTHER_CLIENT = "203.0.113.9";
  private static final String[] CLAIMS = {
    "x-forwarded-for", "6.6.6.6, " + CLIENT, "x-forwarded-proto", "https"
  };
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
    return gateway(upstream, bounds, trustedProxies, null);
  }

  private RunningGateway gateway(
      EchoUpstream upstream,
      ClientBounds bounds,
      AddressRanges trustedProxies,
      @Nullable ListenerTls tls) {
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
            Http2Bounds.DEFAULTS.withCleartext(),
            trustedProxies,
            log,
            tls),
        ProxyConfig.DEFAULTS,
        LimitConfig.UNLIMITED,
        upstream.route("/"));
  }

  /** What a proxy speaks with the edge. */
  enum Protocol {
    HTTP1 {
      @Override
      String body(RunningGateway edge, Secret shown, String... fields) {
        HttpRequest.Builder request =
            HttpRequest.newBuilder(edge.uri("/")).header("X-API-Key", shown.reveal());
        return edge.send(request.headers(fields)).body();
      }
    },
    HTTP2 {
      @Override
      String body(RunningGateway edge, Secret shown, String... fields) {
        try (RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
          String[] request = RawHttp2.request(shown, "GET", "/", fields);
          return client.headers(1, true, request).answer(1).body.toString();
        }
      }
    };

    /** Returns what a request by it is answered. */
    abstract String body(RunningGateway edge, Secret shown, String... fields);
  }

  private static String told(Protocol protocol, RunningGateway edge, String name) {
    return toldOnce(protocol.body(edge, key, CLAIMS), name);
  }

  /** Returns the one value of a field that the upstream has got. */
  private static String toldOnce(String echo, String name) {
    JsonArray values = new JsonObject(echo).getJsonObject("headers").getJsonArray(name);
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

  @ParameterizedTest
  @EnumSource
  void upstream_and_access_log_are_told_the_client_and_its_scheme(Protocol protocol)
      throws IOException {
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream, ClientBounds.DEFAULTS, LOOPBACK)) {
      assertThat(told(protocol, edge, "x-forwarded-for")).isEqualTo(CLIENT);
      assertThat(told(protocol, edge, "x-forwarded-proto")).isEqualTo("https");
      assertThat(loggedAddresses(2)).containsOnly(CLIENT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void from_anybody_else_they_are_told_who_connected(Protocol protocol) throws IOException {
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream, ClientBounds.DEFAULTS, OTHERS)) {
      assertThat(told(protocol, edge, "x-forwarded-for")).isEqualTo("127.0.0.1");
      assertThat(told(protocol, edge, "x-forwarded-proto")).isEqualTo("http");
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
  void nor_is_it_by_http2() throws IOException {
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream, ClientBounds.DEFAULTS, LOOPBACK);
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      String[] good = RawHttp2.request(key, "GET", "/", "x-forwarded-for", CLIENT);
      assertThat(client.headers(1, true, good).answer(1).outcome()).isEqualTo("200");
      String[] bad =
          RawHttp2.request(key, "GET", "/", "x-forwarded-for", "6.6.6.6", "x-own", "\u0001");
      assertThat(client.headers(3, true, bad).answer(3).outcome()).isEqualTo("400");
      assertThat(loggedAddresses(2)).containsExactly(CLIENT, "127.0.0.1");
    }
  }

  @Test
  void by_http2_each_request_of_a_connection_has_its_own_client() throws IOException {
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream, ClientBounds.DEFAULTS, LOOPBACK);
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      client.headers(1, true, RawHttp2.request(key, "GET", "/", "x-forwarded-for", CLIENT));
      client.headers(3, true, RawHttp2.request(key, "GET", "/"));
      client.headers(5, true, RawHttp2.request(key, "GET", "/", "x-forwarded-for", OTHER_CLIENT));
      Map<Integer, String> bodies = bodies(client.flush(), 3);
      assertThat(toldOnce(bodies.getOrDefault(1, ""), "x-forwarded-for")).isEqualTo(CLIENT);
      assertThat(toldOnce(bodies.getOrDefault(3, ""), "x-forwarded-for")).isEqualTo("127.0.0.1");
      assertThat(toldOnce(bodies.getOrDefault(5, ""), "x-forwarded-for")).isEqualTo(OTHER_CLIENT);
      assertThat(loggedAddresses(3)).containsExactlyInAnyOrder(CLIENT, "127.0.0.1", OTHER_CLIENT);
    }
  }

  /** Reads until so many streams have ended; returns their bodies by stream. */
  private static Map<Integer, String> bodies(RawHttp2 client, int count) {
    Map<Integer, String> bodies = new HashMap<>();
    for (int ended = 0; ended < count; ) {
      RawHttp2.Frame frame = client.next();
      if (frame.type == RawHttp2.DATA) {
        bodies.merge(frame.stream, frame.text(), String::concat);
        ended += frame.is(RawHttp2.END_STREAM) ? 1 : 0;
      }
    }
    return bodies;
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  void the_certificate_that_is_shown_is_the_proxys_and_the_address_its_clients(
      HttpClient.Version by) throws Exception {
    var authority = new TestAuthority(directory);
    var tls =
        new ListenerTls(
            authority.issue("gate"), authority.certificate(), ClientCertificates.REQUIRED);
    authority.issue("proxy");
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream, ClientBounds.DEFAULTS, LOOPBACK, tls);
        HttpClient proxy =
            HttpClient.newBuilder().version(by).sslContext(authority.trusting("proxy")).build()) {
      URI uri = URI.create("https://localhost:" + edge.gateway.port() + "/");
      HttpRequest request =
          HttpRequest.newBuilder(uri)
              .timeout(Duration.ofSeconds(30))
              .header("X-API-Key", key.reveal())
              .headers(CLAIMS)
              .header("Client-Cert", ":Zm9yZ2Vk:")
              .build();
      HttpResponse<String> answer = proxy.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.version()).isEqualTo(by);
      assertThat(toldOnce(answer.body(), "x-forwarded-for")).isEqualTo(CLIENT);
      String certificate = toldOnce(answer.body(), "client-cert");
      byte[] der = Base64.getDecoder().decode(certificate.replace(":", ""));
      assertThat(new String(der, StandardCharsets.ISO_8859_1)).contains("proxy");
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_refused_client_is_logged_by_its_own_address(Protocol protocol) throws IOException {
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream, ClientBounds.DEFAULTS, LOOPBACK)) {
      assertThat(protocol.body(edge, new Secret("no-key"), CLAIMS)).contains("\"status\":401");
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
