package io.tollgate.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promise: by TLS and by HTTP/2 too a figure stands only where every answer was right. */
class WireTest {
  private static final String BODY = "{\"stock\":[4,8,15,16,23,42]}";
  private static final String PASSWORD = "changeit";
  private static final String SUITE = "TLS_AES_128_GCM_SHA256";
  private static final int STREAMS = 8;
  private static final Duration LENGTH = Duration.ofSeconds(1);
  private static final long PID = ProcessHandle.current().pid();

  @TempDir static Path directory;
  private static Path store;
  private static Path certificate;
  private static Path keys;
  private static Vertx vertx;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    store = directory.resolve("peer.p12");
    certificate = directory.resolve("peer.pem");
    keytool("-genkeypair", "-keyalg", "EC", "-dname", "CN=peer", "-ext", "san=ip:127.0.0.1");
    keytool("-exportcert", "-rfc", "-file", certificate.toString());
    keys = Files.writeString(directory.resolve("keys"), "key-a 1\nkey-b 2\n");
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() {
    vertx.close().await();
  }

  private static void keytool(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-alias", "peer", "-storetype", "PKCS12", "-storepass", PASSWORD));
    command.addAll(List.of("-keystore", store.toString()));
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String told = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(told).isZero();
  }

  private static HttpServerOptions speaking(String suite, HttpVersion... versions) {
    return new HttpServerOptions()
        .setSsl(true)
        .addEnabledCipherSuite(suite)
        .setUseAlpn(true)
        .setAlpnVersions(List.of(versions))
        .setKeyCertOptions(new PfxOptions().setPath(store.toString()).setPassword(PASSWORD));
  }

  private static SlotResult run(
      int streams, HttpServerOptions options, Handler<HttpServerRequest> answer)
      throws IOException {
    HttpServer server =
        vertx.createHttpServer(options).requestHandler(answer).listen(0, Peer.HOST).await();
    byte[] body = BODY.getBytes(StandardCharsets.US_ASCII);
    Wire wire = Wire.secured(certificate, streams);
    var peer = new Peer("scripted", server.actualPort(), PID, false, 2);
    try (var generator = new Generator("/", body, KeyFile.read(keys), PID, wire)) {
      new AnswerCheck("/", body, KeyFile.read(keys), wire).check(peer);
      return generator.run(new Slot(peer, 2, Duration.ZERO, LENGTH, 0));
    } finally {
      server.close().await();
    }
  }

  private static SlotResult run(int streams, Handler<HttpServerRequest> answer) throws IOException {
    return run(streams, speaking(SUITE, HttpVersion.HTTP_2, HttpVersion.HTTP_1_1), answer);
  }

  private static void assertAllIsCountedAndKeysAreSentInTurn(int streams, HttpVersion version)
      throws IOException {
    var requests = new AtomicInteger();
    Set<String> seen = ConcurrentHashMap.newKeySet();
    SlotResult result =
        run(
            streams,
            request -> {
              requests.incrementAndGet();
              seen.add(request.version() + " " + request.getHeader(Requests.KEY_HEADER));
              request.response().end(BODY);
            });
    double answered = result.requestsPerSecond() * LENGTH.toSeconds();
    assertThat(answered).isPositive().isLessThanOrEqualTo(requests.get());
    assertThat(seen).containsExactlyInAnyOrder(version + " key-a", version + " key-b");
  }

  private static void assertNoFigure(Handler<HttpServerRequest> wrong, String why) {
    var requests = new AtomicInteger();
    assertThatThrownBy(
            () ->
                run(
                    STREAMS,
                    request -> {
                      if (requests.getAndIncrement() == 20) {
                        wrong.handle(request);
                      } else {
                        request.response().end(BODY);
                      }
                    }))
        .isInstanceOf(WrongAnswer.class)
        .hasMessageContaining(why);
  }

  @Test
  void by_tls_every_right_answer_is_counted_and_keys_are_sent_in_turn() throws IOException {
    assertAllIsCountedAndKeysAreSentInTurn(0, HttpVersion.HTTP_1_1);
  }

  @Test
  void by_http2_every_right_answer_is_counted_and_keys_are_sent_in_turn() throws IOException {
    assertAllIsCountedAndKeysAreSentInTurn(STREAMS, HttpVersion.HTTP_2);
  }

  private static void assertNotMeasured(HttpServerOptions options, String why) {
    assertThatThrownBy(() -> run(STREAMS, options, request -> request.response().end(BODY)))
        .isInstanceOf(WrongAnswer.class)
        .hasMessageContaining(why);
  }

  @Test
  void who_does_not_speak_http2_is_not_measured_by_it() {
    assertNotMeasured(speaking(SUITE, HttpVersion.HTTP_1_1), "HTTP_1_1");
  }

  @Test
  void who_speaks_another_suite_is_not_measured() {
    assertNotMeasured(
        speaking("TLS_AES_256_GCM_SHA384", HttpVersion.HTTP_2), "TLS_AES_256_GCM_SHA384");
  }

  @Test
  void one_wrong_status_leaves_no_figure() {
    assertNoFigure(request -> request.response().setStatusCode(502).end(BODY), "status");
  }

  @Test
  void one_wrong_byte_leaves_no_figure() {
    assertNoFigure(request -> request.response().end(BODY.replace("42", "43")), "another body");
  }

  @Test
  void one_shorter_body_leaves_no_figure() {
    assertNoFigure(request -> request.response().end(BODY.substring(0, 5)), "a shorter body");
  }

  @Test
  void one_longer_body_leaves_no_figure() {
    assertNoFigure(request -> request.response().end(BODY + " "), "a longer body");
  }

  @Test
  void a_stream_that_is_reset_leaves_no_figure() {
    assertNoFigure(request -> request.response().reset(8), "type 3");
  }

  @Test
  void a_connection_that_is_closed_leaves_no_figure() {
    assertNoFigure(request -> request.connection().close(), "answered wrongly");
  }
}
