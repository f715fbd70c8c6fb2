package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.key.Secret;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.tls.ClientCertificates;
import io.tollgate.tls.Identity;
import io.tollgate.tls.ListenerTls;
import io.tollgate.tls.TestAuthority;
import io.tollgate.tls.UpstreamTls;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** WebSockets by TLS on both sides: {@code wss} to the edge, and from it to the upstream. */
class WebSocketTlsTest {
  @RegisterExtension static final Stores STORES = new Stores();

  private static final int BYTES = 60_000;

  @TempDir static Path directory;
  private static TestAuthority authority;
  private static Identity gate;
  private static Identity behind;
  private Secret key;

  @BeforeAll
  static void issue() {
    authority = new TestAuthority(directory);
    gate = authority.issue("gate");
    behind = authority.issue("behind");
  }

  @BeforeEach
  void makeKey() {
    key = STORES.keys.everywhere("read");
    STORES.keys.markApplied();
  }

  private static RunningGateway gateway(SocketUpstream upstream, UpstreamTls tls) {
    EdgeConfig edge =
        Stores.ONE_LOOP.with(new ListenerTls(gate, null, ClientCertificates.REQUIRED));
    ProxyConfig defaults = ProxyConfig.DEFAULTS;
    var proxy =
        new ProxyConfig(
            Duration.ofSeconds(10),
            defaults.responseTimeout(),
            defaults.idleTimeout(),
            defaults.totalTimeout(),
            defaults.connectionsMax(),
            defaults.queueMax(),
            defaults.headerBytesMax(),
            defaults.headerCountMax(),
            tls);
    return STORES.gateway(edge, proxy, upstream.route());
  }

  private static RunningGateway gateway(SocketUpstream upstream) {
    return gateway(upstream, new UpstreamTls(authority.certificate(), null));
  }

  private SocketClient open(RunningGateway edge) throws Exception {
    return SocketClient.byTls(edge, key, authority.trusting());
  }

  @Test
  void messages_pass_both_ways_and_a_close_ends_both() throws Exception {
    try (var upstream = SocketUpstream.byTls(behind);
        RunningGateway edge = gateway(upstream);
        SocketClient client = open(edge)) {
      assertThat(client.next())
          .startsWith("text /socket\n")
          .containsIgnoringCase("x-forwarded-proto=https")
          .doesNotContain(key.reveal());
      SocketClient.await(client.socket.sendText("hello", true));
      assertThat(client.next()).isEqualTo("text hello");
      // Longer than a record of TLS, which ends anywhere in a frame.
      SocketClient.await(client.socket.sendBinary(ByteBuffer.wrap(new byte[BYTES]), false));
      SocketClient.await(client.socket.sendBinary(ByteBuffer.wrap(new byte[1]), true));
      assertThat(client.next()).hasSize("binary ".length() + BYTES + 1);
      SocketClient.await(client.socket.sendText("bye", true));
      assertThat(client.next()).isEqualTo("close 4000 as you say");
    }
  }

  @Test
  void a_revoked_key_ends_both_sides_with_a_word() throws Exception {
    try (var upstream = SocketUpstream.byTls(behind);
        RunningGateway edge = gateway(upstream);
        SocketClient client = open(edge)) {
      client.next();
      STORES.keys.revokeInPostgres(key);
      assertThat(client.next()).isEqualTo("close 1008 key-invalid");
      assertThat(SocketClient.await(upstream.closed)).isEqualTo("1008 key-invalid");
    }
  }

  @Test
  void an_upstream_that_nobody_vouches_for_is_sent_nothing() throws Exception {
    try (var upstream = SocketUpstream.byTls(behind);
        RunningGateway edge = gateway(upstream, UpstreamTls.DEFAULTS)) {
      assertThatThrownBy(() -> open(edge).close())
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOfSatisfying(
              WebSocketHandshakeException.class,
              refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(502));
      assertThat(upstream.opened).hasValue(0);
    }
  }
}
