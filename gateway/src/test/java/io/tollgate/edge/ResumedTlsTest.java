package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.Awaiting;
import io.tollgate.tls.ClientCertificates;
import io.tollgate.tls.Identity;
import io.tollgate.tls.ListenerTls;
import io.tollgate.tls.TestAuthority;
import io.tollgate.tls.UpstreamTls;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A session that is resumed lets in nobody whose certificate has come to its end meanwhile. */
class ResumedTlsTest {
  /** So long a certificate holds here: enough for two handshakes on a machine that is busy. */
  private static final int HOLDS_SECONDS = 6;

  private static final int READ_TIMEOUT_MILLIS = 10_000;
  private static final String OK = "HTTP/1.1 200 OK";

  @RegisterExtension static final Stores STORES = new Stores();

  @TempDir static Path directory;
  private static TestAuthority authority;
  private static Identity gate;
  private static Secret key;

  @BeforeAll
  static void issue() {
    authority = new TestAuthority(directory);
    gate = authority.issue("gate");
    key = STORES.keys.everywhere();
  }

  private static Instant issueBriefly(String name) {
    Instant end = Instant.now().plusSeconds(HOLDS_SECONDS);
    authority.issue(name, end);
    return end;
  }

  private static void awaitEnd(Instant certificateEnd) {
    Awaiting.until("it holds no more", () -> Instant.now().isAfter(certificateEnd.plusSeconds(1)));
  }

  /** Asks once by a connection of its own; returns the first line, empty if none comes. */
  private static String ask(
      SSLContext context, String version, RunningGateway edge, List<SSLSession> sessions) {
    try (var socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(InetAddress.getByName("localhost"), edge.gateway.port())) {
      socket.setSoTimeout(READ_TIMEOUT_MILLIS);
      socket.setEnabledProtocols(new String[] {version});
      socket.startHandshake();
      sessions.add(socket.getSession());
      String head =
          "GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\nX-API-Key: "
              + key.reveal()
              + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      var answer =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      String first = answer.readLine();
      while (answer.readLine() != null) {
        continue;
      }
      return first == null ? "" : first;
    } catch (IOException refused) {
      return "";
    }
  }

  private static boolean isResumed(List<SSLSession> sessions, int index) {
    return sessions.get(index).getCreationTime() == sessions.getFirst().getCreationTime();
  }

  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void a_clients_certificate(String version) {
    EdgeConfig config =
        Stores.ONE_LOOP.with(
            new ListenerTls(gate, authority.certificate(), ClientCertificates.REQUIRED));
    List<SSLSession> sessions = new ArrayList<>();
    try (var upstream = new EchoUpstream();
        var edge = STORES.gateway(config, ProxyConfig.DEFAULTS, upstream.route("/"))) {
      Instant end = issueBriefly("client by " + version);
      SSLContext client = authority.trusting("client by " + version);
      assertThat(ask(client, version, edge, sessions)).isEqualTo(OK);
      assertThat(ask(client, version, edge, sessions)).isEqualTo(OK);
      assertThat(isResumed(sessions, 1)).isTrue();
      awaitEnd(end);
      int before = upstream.requests.get();
      assertThat(ask(client, version, edge, sessions)).isEmpty();
      assertThat(upstream.requests).hasValue(before);
    }
  }

  /** Serves one request on each connection, by TLS. */
  private static ScriptedUpstream upstream(
      SSLContext context, String version, List<SSLSession> sessions) {
    return new ScriptedUpstream(
        (peer, index) -> {
          Socket plain = peer.socket();
          try (var secured =
              (SSLSocket)
                  context.getSocketFactory().createSocket(plain, null, plain.getPort(), false)) {
            secured.setUseClientMode(false);
            secured.setEnabledProtocols(new String[] {version});
            var reader =
                new BufferedReader(
                    new InputStreamReader(secured.getInputStream(), StandardCharsets.US_ASCII));
            var inner = new ScriptedUpstream.Peer(secured, reader, secured.getOutputStream());
            if (!inner.readHead().isEmpty()) {
              sessions.add(secured.getSession());
              inner.write(OK + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            }
          }
        });
  }

  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void an_upstreams_certificate(String version) {
    List<SSLSession> sessions = new CopyOnWriteArrayList<>();
    Instant end = issueBriefly("upstream by " + version);
    var tls = new UpstreamTls(authority.certificate(), null);
    try (var upstream = upstream(authority.trusting("upstream by " + version), version, sessions);
        var edge = STORES.oneLoop(proxy(tls), toTls(upstream))) {
      assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
      assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
      assertThat(isResumed(sessions, 1)).isTrue();
      awaitEnd(end);
      assertThat(edge.get("/", key).statusCode()).isEqualTo(502);
      assertThat(sessions).hasSize(2);
    }
  }

  private static Route toTls(ScriptedUpstream upstream) {
    int port = upstream.route("/").destination().first().getPort();
    return Route.to("/", "https://localhost:" + port);
  }

  private static ProxyConfig proxy(UpstreamTls tls) {
    ProxyConfig defaults = ProxyConfig.DEFAULTS;
    return new ProxyConfig(
        defaults.connectTimeout(),
        defaults.responseTimeout(),
        defaults.idleTimeout(),
        defaults.totalTimeout(),
        defaults.connectionsMax(),
        defaults.queueMax(),
        defaults.headerBytesMax(),
        defaults.headerCountMax(),
        tls);
  }
}
