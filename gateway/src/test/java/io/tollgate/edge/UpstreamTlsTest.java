package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.tollgate.tls.Identity;
import io.tollgate.tls.TestAuthority;
import io.tollgate.tls.UpstreamTls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An upstream behind TLS is spoken to only if it is the one that the route names. */
class UpstreamTlsTest {
  @TempDir static Path directory;
  private static TestAuthority authority;
  private static SSLContext context;
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static Secret key;

  @BeforeAll
  static void start() throws Exception {
    authority = new TestAuthority(directory);
    authority.issue("upstream");
    context = authority.trusting("upstream");
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    key = new StoredKeys(postgres, redis).everywhere();
  }

  @AfterAll
  static void stop() {
    redis.close();
    postgres.close();
  }

  /** A server that ends each connection after one answer. */
  private static final class TlsUpstream implements AutoCloseable {
    final AtomicInteger requests = new AtomicInteger();
    private final ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    private final String answer;
    private final boolean cut;
    private final boolean asks;

    TlsUpstream(String answer) throws IOException {
      this(answer, false);
    }

    /** Makes one that asks for a certificate by the authority. */
    static TlsUpstream asking() throws IOException {
      return new TlsUpstream(OK, false, true);
    }

    /** Makes one that, if {@code cut}, closes its connections without the end that TLS has. */
    TlsUpstream(String answer, boolean cut) throws IOException {
      this(answer, cut, false);
    }

    private TlsUpstream(String answer, boolean cut, boolean asks) throws IOException {
      this.answer = answer;
      this.cut = cut;
      this.asks = asks;
      Thread.startVirtualThread(this::accept);
    }

    private void accept() {
      while (!server.isClosed()) {
        try (Socket peer = server.accept()) {
          var secured =
              (SSLSocket)
                  context.getSocketFactory().createSocket(peer, null, peer.getPort(), false);
          secured.setUseClientMode(false);
          secured.setNeedClientAuth(asks);
          serve(secured);
          if (!cut) {
            secured.close();
          }
        } catch (IOException refused) {
          // The gateway did not like the certificate, or the test is over.
        }
      }
    }

    private void serve(Socket peer) throws IOException {
      var head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int read = peer.getInputStream().read();
        if (read < 0) {
          return;
        }
        head.append((char) read);
      }
      requests.incrementAndGet();
      peer.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
    }

    Route route(String host) {
      return Route.to("/", "https://" + host + ':' + server.getLocalPort());
    }

    @Override
    public void close() {
      try {
        server.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static HttpResponse<String> ask(Route route) {
    return ask(route, UpstreamTls.DEFAULTS);
  }

  private static HttpResponse<String> ask(Route route, UpstreamTls tls) {
    return ask(route, tls, Duration.ofSeconds(5));
  }

  private static HttpResponse<String> ask(Route route, UpstreamTls tls, Duration connectTimeout) {
    ProxyConfig defaults = ProxyConfig.DEFAULTS;
    var proxy =
        new ProxyConfig(
            connectTimeout,
            defaults.responseTimeout(),
            defaults.idleTimeout(),
            defaults.totalTimeout(),
            defaults.connectionsMax(),
            defaults.queueMax(),
            defaults.headerBytesMax(),
            defaults.headerCountMax(),
            tls);
    try (var edge = new RunningGateway(postgres, redis, proxy, LimitConfig.UNLIMITED, route)) {
      return edge.get("/", key);
    }
  }

  private static HttpResponse<String> askTrusting(Route route) {
    System.setProperty("javax.net.ssl.trustStore", authority.trustStore().toString());
    System.setProperty("javax.net.ssl.trustStorePassword", TestAuthority.PASSWORD);
    try {
      return ask(route);
    } finally {
      System.clearProperty("javax.net.ssl.trustStore");
      System.clearProperty("javax.net.ssl.trustStorePassword");
    }
  }

  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  @Test
  void one_that_is_vouched_for_is_asked() throws Exception {
    try (var upstream = new TlsUpstream(OK)) {
      HttpResponse<String> answer = askTrusting(upstream.route("localhost"));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("ok");
    }
  }

  @Test
  void a_response_that_ends_with_the_connection_is_whole_if_it_was_ended_in_good_order()
      throws Exception {
    try (var upstream = new TlsUpstream("HTTP/1.1 200 OK\r\n\r\nok")) {
      assertThat(askTrusting(upstream.route("localhost")).body()).isEqualTo("ok");
    }
  }

  @Test
  void a_response_that_ends_with_the_connection_is_not_whole_if_anybody_may_have_cut_it()
      throws Exception {
    try (var upstream = new TlsUpstream("HTTP/1.1 200 OK\r\n\r\nhalf", true)) {
      assertThatThrownBy(() -> askTrusting(upstream.route("localhost")))
          .hasRootCauseInstanceOf(IOException.class);
    }
  }

  @Test
  void one_that_nobody_vouches_for_is_502_and_sees_no_request() throws Exception {
    try (var upstream = new TlsUpstream(OK)) {
      HttpResponse<String> answer = ask(upstream.route("localhost"));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(502);
      assertThat(answer.body()).contains("upstream-broken");
      assertThat(upstream.requests).hasValue(0);
    }
  }

  @Test
  void one_that_has_another_name_is_502_and_sees_no_request() throws Exception {
    try (var upstream = new TlsUpstream(OK)) {
      HttpResponse<String> answer = askTrusting(upstream.route("127.0.0.1"));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(502);
      assertThat(answer.body()).contains("upstream-broken");
      assertThat(upstream.requests).hasValue(0);
    }
  }

  @Test
  void one_that_asks_for_a_certificate_is_shown_ours_if_there_is_one() throws Exception {
    Identity gate = authority.issue("gate");
    try (var upstream = TlsUpstream.asking()) {
      Route route = upstream.route("localhost");
      HttpResponse<String> answer = ask(route, new UpstreamTls(authority.certificate(), gate));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(upstream.requests).hasValue(1);
      assertThat(ask(route, new UpstreamTls(authority.certificate(), null)).statusCode())
          .as("without a certificate")
          .isEqualTo(502);
      assertThat(ask(route, new UpstreamTls(null, gate)).statusCode())
          .as("by an authority that is not trusted")
          .isEqualTo(502);
      assertThat(upstream.requests).hasValue(1);
    }
  }

  @Test
  void one_that_does_not_speak_tls_is_502() {
    try (var plain = new ScriptedUpstream((peer, index) -> peer.write(OK))) {
      HttpResponse<String> answer = ask(overTls(plain));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(502);
    }
  }

  @Test
  void one_that_never_shakes_hands_is_504() {
    try (var silent = new ScriptedUpstream((peer, index) -> peer.awaitEnd())) {
      HttpResponse<String> answer =
          ask(overTls(silent), UpstreamTls.DEFAULTS, Duration.ofMillis(500));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(504);
      assertThat(answer.body()).contains("upstream-timeout");
    }
  }

  private static Route overTls(ScriptedUpstream upstream) {
    return Route.to(
        "/", upstream.route("/").destination().first().toString().replaceFirst("http:", "https:"));
  }
}
