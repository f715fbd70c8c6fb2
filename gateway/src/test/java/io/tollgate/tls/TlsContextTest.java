package io.tollgate.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of TLS are taken whole or not at all. */
class TlsContextTest {
  @TempDir static Path directory;
  private static TestAuthority authority;
  private static Identity gate;
  private static Identity other;

  @BeforeAll
  static void issue() {
    authority = new TestAuthority(directory);
    gate = authority.issue("gate");
    other = authority.issue("other");
  }

  private static TlsContext of(Path certificate, Path key) {
    return TlsContext.of(
        new ListenerTls(new Identity(certificate, key), null, ClientCertificates.REQUIRED), true);
  }

  private static void assertRefused(Path certificate, Path key, String... told) {
    assertThatThrownBy(() -> of(certificate, key))
        .isInstanceOf(TlsFault.class)
        .message()
        .contains(told);
  }

  private static Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  @Test
  void a_chain_and_its_key_are_taken() {
    TlsContext context = of(gate.certificate(), gate.key());
    assertThat(context.end())
        .isBetween(Instant.now(), Instant.now().plus(2, ChronoUnit.DAYS).plusSeconds(60));
    assertThat(context.reload()).as("nothing has changed").isFalse();
  }

  @Test
  void another_certificates_key_is_refused_by_its_files_name() {
    assertRefused(gate.certificate(), other.key(), other.key().toString(), "the certificate's key");
  }

  @Test
  void files_that_hold_something_else_are_refused_by_their_names() throws IOException {
    Path absent = directory.resolve("absent");
    Path nothing = file("nothing.pem", "");
    Path text = file("text.pem", "no PEM at all");
    Path encrypted =
        file(
            "encrypted.key",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMA==\n-----END ENCRYPTED"
                + " PRIVATE KEY-----\n");
    Path broken =
        file("broken.key", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");
    assertRefused(absent, gate.key(), absent.toString(), "can't be read");
    assertRefused(nothing, gate.key(), nothing.toString(), "certificates in PEM");
    assertRefused(text, gate.key(), text.toString(), "certificates in PEM");
    assertRefused(gate.certificate(), encrypted, encrypted.toString(), "PKCS #8");
    assertRefused(gate.certificate(), broken, broken.toString(), "the certificate's key");
    assertThatThrownBy(() -> of(gate.certificate(), broken))
        .message()
        .as("nothing of the key is told")
        .doesNotContain("secret")
        .doesNotContain("c2VjcmV0");
  }

  @Test
  void a_file_beyond_a_mebibyte_is_refused() throws IOException {
    Path huge = file("huge.pem", "x".repeat(1024 * 1024 + 1));
    assertRefused(huge, gate.key(), huge.toString(), "at most 1048576 bytes");
  }

  @Test
  void faulty_new_files_change_nothing_and_good_ones_are_taken_later() throws IOException {
    Path certificate = Files.copy(gate.certificate(), directory.resolve("live.crt"));
    Path key = Files.copy(gate.key(), directory.resolve("live.key"));
    TlsContext context = of(certificate, key);
    Instant before = context.end();
    Files.writeString(certificate, Files.readString(other.certificate()));
    assertThatThrownBy(context::reload).isInstanceOf(TlsFault.class);
    assertThat(context.end()).isEqualTo(before);
    assertThatThrownBy(context::reload).as("still").isInstanceOf(TlsFault.class);
    Files.writeString(key, Files.readString(other.key()));
    assertThat(context.reload()).isTrue();
    assertThat(context.reload()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"reports,reports", "a.b.example.,a.b.example", "127.0.0.1,", "::1,", "a_b,"})
  void a_server_is_told_by_which_name_it_is_asked(String host, @Nullable String told) {
    TlsContext context = TlsContext.of(UpstreamTls.DEFAULTS);
    var byHttp1 = context.dial(UnpooledByteBufAllocator.DEFAULT, host, 443);
    var byHttp2 = context.dial(UnpooledByteBufAllocator.DEFAULT, host, 443, "h2");
    for (SslHandler handler : List.of(byHttp1, byHttp2)) {
      SSLParameters asked = handler.engine().getSSLParameters();
      List<SNIServerName> names = told == null ? List.of() : List.of(new SNIHostName(told));
      assertThat(asked.getServerNames()).isEqualTo(names);
      assertThat(asked.getEndpointIdentificationAlgorithm()).isEqualTo("HTTPS");
    }
  }

  @Test
  void a_session_with_an_upstream_is_resumed_for_an_hour_at_most() {
    SSLSessionContext sessions = TlsContext.of(UpstreamTls.DEFAULTS).context().sessionContext();
    assertThat(sessions.getSessionTimeout()).isEqualTo(3_600);
  }

  @Test
  void both_of_a_certificate_and_its_key_must_be_named() {
    assertThat(Identity.of("a.certificate", null, "a.key", null)).isNull();
    assertThatThrownBy(() -> Identity.of("a.certificate", gate.certificate(), "a.key", null))
        .message()
        .startsWith("a.key must name a file");
    assertThatThrownBy(() -> Identity.of("a.certificate", null, "a.key", gate.key()))
        .message()
        .startsWith("a.certificate must name a file");
  }
}
