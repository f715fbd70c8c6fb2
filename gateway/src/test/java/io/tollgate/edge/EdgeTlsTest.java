package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.tollgate.tls.ClientCertificates;
import io.tollgate.tls.Identity;
import io.tollgate.tls.ListenerTls;
import io.tollgate.tls.TestAuthority;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
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
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The edge behind a certificate of its own, and towards clients with theirs. */
class EdgeTlsTest {
  private static final int READ_TIMEOUT_MILLIS = 10_000;
  private static final int MEBIBYTE = 1024 * 1024;

  @TempDir static Path directory;
  @TempDir static Path elsewhere;
  private static TestAuthority authority;
  private static TestAuthority stranger;
  private static Identity gate;
  private static Identity next;
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static Secret key;
  private static EchoUpstream upstream;

  @BeforeAll
  static void start() {
    authority = new TestAuthority(directory);
    stranger = new TestAuthority(elsewhere);
    gate = authority.issue("gate");
    next = authority.issue("next");
    authority.issue("client");
    stranger.issue("client");
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    key = new StoredKeys(postgres, redis).everywhere();
    upstream = new EchoUpstream();
  }

  @AfterAll
  static void stop() {
    upstream.close();
    redis.close();
    postgres.close();
  }

  private static RunningGateway gateway(ListenerTls tls, ClientBounds bounds, Route route) {
    var edge = new EdgeConfig("127.0.0.1", 0, 1, Duration.ofSeconds(5), bounds).with(tls);
    return new RunningGateway(
        postgres, redis, edge, ProxyConfig.DEFAULTS, LimitConfig.UNLIMITED, route);
  }

  private static RunningGateway gateway(
      @Nullable Path clientAuthority, ClientCertificates certificates) {
    return gateway(
        new ListenerTls(gate, clientAuthority, certificates),
        ClientBounds.DEFAULTS,
        upstream.route("/"));
  }

  private static RunningGateway gateway() {
    return gateway(null, ClientCertificates.REQUIRED);
  }

  private static HttpRequest.Builder request(RunningGateway edge) {
    return HttpRequest.newBuilder(URI.create("https://localhost:" + edge.gateway.port() + "/"))
        .timeout(Duration.ofSeconds(30))
        .header("X-API-Key", key.reveal());
  }

  private static HttpResponse<String> send(SSLContext context, HttpRequest.Builder request)
      throws Exception {
    try (HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(context).build()) {
      HttpRequest asked = request.build();
      HttpResponse<String> answer = client.send(asked, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.version()).isEqualTo(asked.version().orElse(client.version()));
      return answer;
    }
  }

  private static JsonObject echoed(SSLContext context, HttpRequest.Builder request)
      throws Exception {
    HttpResponse<String> answer = send(context, request);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new JsonObject(answer.body()).getJsonObject("headers");
  }

  private static SSLSocket connect(RunningGateway edge) throws IOException {
    var socket =
        (SSLSocket)
            authority
                .trusting()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), edge.gateway.port());
    socket.setSoTimeout(READ_TIMEOUT_MILLIS);
    return socket;
  }

  private static String nameShown(RunningGateway edge) throws IOException {
    try (SSLSocket socket = connect(edge)) {
      socket.startHandshake();
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
          .getSubjectX500Principal()
          .getName();
    }
  }

  @Test
  void requests_are_served_and_the_upstream_is_told_their_scheme() throws Exception {
    try (var edge = gateway()) {
      JsonObject headers = echoed(authority.trusting(), request(edge));
      assertThat(headers.getJsonArray("x-forwarded-proto")).containsExactly("https");
      assertThat(headers.containsKey("client-cert")).isFalse();
    }
  }

  @Test
  void large_bodies_pass_both_ways_whole() throws Exception {
    String body = "0123456789abcdef".repeat(4 * MEBIBYTE / 16);
    try (var edge = gateway()) {
      HttpResponse<String> answer =
          send(authority.trusting(), request(edge).POST(HttpRequest.BodyPublishers.ofString(body)));
      assertThat(new JsonObject(answer.body()).getString("body")).isEqualTo(body);
    }
  }

  @Test
  void plain_http_gets_no_answer() throws IOException {
    int before = upstream.requests.get();
    try (var edge = gateway();
        var socket = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
      socket.setSoTimeout(READ_TIMEOUT_MILLIS);
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: t\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
          .doesNotContain("HTTP/1.1");
      assertThat(upstream.requests).hasValue(before);
    }
  }

  @Test
  void suites_without_authenticated_encryption_or_forward_secrecy_are_refused() throws IOException {
    try (var edge = gateway()) {
      for (String suite :
          new String[] {
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"
          }) {
        try (SSLSocket socket = connect(edge)) {
          socket.setEnabledProtocols(new String[] {"TLSv1.2"});
          socket.setEnabledCipherSuites(new String[] {suite});
          assertThatThrownBy(socket::startHandshake).as(suite).isInstanceOf(SSLException.class);
        }
      }
    }
  }

  @Test
  void who_never_shakes_hands_is_cut_off_after_the_time_for_heads() throws IOException {
    ClientBounds defaults = ClientBounds.DEFAULTS;
    var hasty =
        new ClientBounds(
            defaults.connectionsMax(),
            defaults.connectionsPerAddressMax(),
            defaults.requestLineBytesMax(),
            defaults.headerBytesMax(),
            defaults.headerCountMax(),
            defaults.unreadHeaderBytesMax(),
            Duration.ofMillis(300),
            defaults.idleTimeout(),
            defaults.bodyBytesPerSecondMin(),
            defaults.bodyGrace(),
            defaults.bodyBytesMax());
    var tls = new ListenerTls(gate, null, ClientCertificates.REQUIRED);
    try (var edge = gateway(tls, hasty, upstream.route("/"));
        var silent = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
      silent.setSoTimeout(READ_TIMEOUT_MILLIS);
      assertThat(silent.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void a_refusal_is_read_whole_by_a_client_that_is_still_sending() throws IOException {
    try (var edge = gateway();
        SSLSocket socket = connect(edge)) {
      String head = "POST / HTTP/1.1\r\nHost: t\r\nbad field\r\nContent-Length: 4194304\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(new byte[MEBIBYTE]);
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(answer).startsWith("HTTP/1.1 400").endsWith("}");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  void nothing_passes_from_a_client_without_the_certificate_that_is_required(HttpClient.Version by)
      throws Exception {
    try (var edge = gateway(authority.certificate(), ClientCertificates.REQUIRED)) {
      int before = upstream.requests.get();
      assertThatThrownBy(() -> send(authority.trusting(), request(edge).version(by)))
          .as("none")
          .isInstanceOf(IOException.class);
      SSLContext others = stranger.identityTrusting("client", authority);
      assertThatThrownBy(() -> send(others, request(edge).version(by)))
          .as("a stranger's")
          .isInstanceOf(IOException.class);
      assertThat(upstream.requests).hasValue(before);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  void the_upstream_is_shown_the_clients_certificate_and_nothing_that_the_client_says_it_is(
      HttpClient.Version by) throws Exception {
    try (var edge = gateway(authority.certificate(), ClientCertificates.REQUIRED)) {
      JsonObject headers =
          echoed(
              authority.trusting("client"),
              request(edge)
                  .version(by)
                  .header("Client-Cert", ":Zm9yZ2Vk:")
                  .header("Client_Cert_Chain", "x"));
      assertThat(headers.getJsonArray("client-cert")).hasSize(1);
      assertThat(headers.fieldNames()).doesNotContain("client_cert_chain", "client-cert-chain");
      String shown = headers.getJsonArray("client-cert").getString(0);
      assertThat(shown).startsWith(":").endsWith(":");
      byte[] der = Base64.getDecoder().decode(shown.substring(1, shown.length() - 1));
      var certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der));
      assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=client");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  void where_certificates_are_optional_a_client_without_is_served_and_shown_as_nobody(
      HttpClient.Version by) throws Exception {
    try (var edge = gateway(authority.certificate(), ClientCertificates.OPTIONAL)) {
      JsonObject headers =
          echoed(
              authority.trusting(), request(edge).version(by).header("Client-Cert", ":Zm9yZ2Vk:"));
      assertThat(headers.containsKey("client-cert")).isFalse();
      assertThat(
              echoed(authority.trusting("client"), request(edge).version(by))
                  .containsKey("client-cert"))
          .isTrue();
    }
  }

  @Test
  void new_files_are_used_without_a_restart_and_faulty_ones_are_not() throws Exception {
    Path certificate = Files.copy(gate.certificate(), directory.resolve("live.crt"));
    Path keyFile = Files.copy(gate.key(), directory.resolve("live.key"));
    var live = new Identity(certificate, keyFile);
    try (var edge =
            gateway(
                new ListenerTls(live, null, ClientCertificates.REQUIRED),
                ClientBounds.DEFAULTS,
                upstream.route("/"));
        SSLSocket standing = connect(edge)) {
      standing.startHandshake();
      assertThat(nameShown(edge)).isEqualTo("CN=gate");

      Files.writeString(certificate, Files.readString(next.certificate()));
      RunningGateway.await(edge.gateway.reloadCertificates());
      assertThat(nameShown(edge)).as("its key is not there yet").isEqualTo("CN=gate");
      assertThat(edge.counted("tollgate.tls.reload.failures", "side", "clients")).isPositive();

      TestAuthority.replace(live, next);
      RunningGateway.await(edge.gateway.reloadCertificates());
      assertThat(nameShown(edge)).isEqualTo("CN=next");

      standing.getOutputStream().write(head().getBytes(StandardCharsets.US_ASCII));
      assertThat((char) standing.getInputStream().read()).as("who stands goes on").isEqualTo('H');
    }
  }

  private static String head() {
    return "GET / HTTP/1.1\r\nHost: t\r\nX-API-Key: " + key.reveal() + "\r\n\r\n";
  }

  /** Sends a request, and returns whether the answer is ended as TLS has it (RFC 8446, 6.1). */
  private static boolean isEndedInGoodOrder(RunningGateway edge, String request) throws Exception {
    SslContext context =
        SslContextBuilder.forClient().trustManager(authority.certificate().toFile()).build();
    var ended = new CompletableFuture<Boolean>();
    var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      var end =
          new ChannelInboundHandlerAdapter() {
            @Override
            public void userEventTriggered(ChannelHandlerContext channel, Object event) {
              if (event instanceof SslHandshakeCompletionEvent) {
                var unused =
                    channel.writeAndFlush(
                        Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
              } else if (event instanceof SslCloseCompletionEvent close) {
                ended.complete(close.isSuccess());
              }
            }
          };
      new Bootstrap()
          .group(loops)
          .channel(NioSocketChannel.class)
          .handler(
              new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                  channel
                      .pipeline()
                      .addLast(context.newHandler(channel.alloc(), "localhost", 1), end);
                }
              })
          .connect(InetAddress.getLoopbackAddress(), edge.gateway.port())
          .sync();
      return ended.get(READ_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    } finally {
      loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
    }
  }

  @Test
  void half_an_answer_that_ends_with_the_connection_is_not_ended_in_good_order() throws Exception {
    var tls = new ListenerTls(gate, null, ClientCertificates.REQUIRED);
    try (var broken =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
                });
        var edge = gateway(tls, ClientBounds.DEFAULTS, broken.route("/"))) {
      assertThat(isEndedInGoodOrder(edge, head().replace("HTTP/1.1", "HTTP/1.0"))).isFalse();
    }
  }

  @Test
  void a_response_that_ends_the_connection_is_ended_in_good_order() throws Exception {
    try (var edge = gateway()) {
      String last = head().replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
      assertThat(isEndedInGoodOrder(edge, last)).isTrue();
    }
  }
}
