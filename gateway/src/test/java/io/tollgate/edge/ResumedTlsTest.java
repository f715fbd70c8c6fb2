package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.tls.ClientCertificates;
import io.tollgate.tls.Identity;
import io.tollgate.tls.ListenerTls;
import io.tollgate.tls.TestAuthority;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A session that is resumed lets in nobody by a certificate that nobody looks at anew. */
class ResumedTlsTest {
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
    authority.issue("client");
    key = STORES.keys.everywhere();
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

  private static boolean isResumed(List<SSLSession> sessions) {
    return sessions.getLast().getCreationTime() == sessions.getFirst().getCreationTime();
  }

  private static List<SSLSession> askTwice(SSLContext client, String version) {
    EdgeConfig config =
        Stores.ONE_LOOP.with(
            new ListenerTls(gate, authority.certificate(), ClientCertificates.OPTIONAL));
    List<SSLSession> sessions = new ArrayList<>();
    try (var upstream = new EchoUpstream();
        var edge = STORES.gateway(config, ProxyConfig.DEFAULTS, upstream.route("/"))) {
      assertThat(ask(client, version, edge, sessions)).isEqualTo(OK);
      assertThat(ask(client, version, edge, sessions)).isEqualTo(OK);
    }
    return sessions;
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void who_has_shown_a_certificate_shows_it_on_each_connection(String version) {
    assertThat(isResumed(askTwice(authority.trusting("client"), version))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void who_has_shown_none_goes_on_with_the_session_of_before(String version) {
    assertThat(isResumed(askTwice(authority.trusting(), version))).isTrue();
  }
}
