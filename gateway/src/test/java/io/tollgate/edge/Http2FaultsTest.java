package io.tollgate.edge;

import static io.tollgate.edge.ScriptedHttp2Upstream.CONTINUATION;
import static io.tollgate.edge.ScriptedHttp2Upstream.END_HEADERS;
import static io.tollgate.edge.ScriptedHttp2Upstream.HEADERS;
import static io.tollgate.edge.ScriptedHttp2Upstream.INITIAL_WINDOW_SIZE;
import static io.tollgate.edge.ScriptedHttp2Upstream.INTERNAL_ERROR;
import static io.tollgate.edge.ScriptedHttp2Upstream.MAX_CONCURRENT_STREAMS;
import static io.tollgate.edge.ScriptedHttp2Upstream.NO_ERROR;
import static io.tollgate.edge.ScriptedHttp2Upstream.RST_STREAM;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.edge.ScriptedHttp2Upstream.Peer;
import io.tollgate.key.Secret;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An upstream by HTTP/2 that misbehaves harms the exchange that it does so in, and no other. */
class Http2FaultsTest {
  @RegisterExtension static final Stores STORES = new Stores();

  private static Secret key;

  @BeforeAll
  static void makeKey() {
    key = STORES.keys.everywhere();
  }

  private static RunningGateway gateway(Route route) {
    return STORES.oneLoop(ProxyConfig.DEFAULTS, route);
  }

  private static HttpRequest.Builder post(RunningGateway edge, String body) {
    return post(edge, key, body);
  }

  static HttpRequest.Builder post(RunningGateway edge, Secret key, String body) {
    return HttpRequest.newBuilder(edge.uri("/"))
        .header("Authorization", "Bearer " + key.reveal())
        .POST(BodyPublishers.ofString(body));
  }

  private static CompletableFuture<HttpResponse<String>> getting(RunningGateway edge) {
    return CompletableFuture.supplyAsync(() -> edge.get("/", key), Thread::startVirtualThread);
  }

  /** Head and body come in one piece, so that both are on their way before any answer. */
  private static void sendAtOnce(Socket client, String body) throws IOException {
    String request =
        "POST / HTTP/1.1\r\nHost: t\r\nX-API-Key: %s\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(key.reveal(), body.length(), body);
    client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void what_waits_of_a_request_that_is_answered_is_taken_back_and_leaves_room() throws Exception {
    var asked = new AtomicInteger();
    var reset = new CompletableFuture<Integer>();
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  peer.settings(INITIAL_WINDOW_SIZE, 0);
                  asked.set(peer.readRequest().id());
                  peer.answer(asked.get(), "early");
                  reset.complete(peer.read(RST_STREAM).id());
                  peer.answer(peer.readRequest().id(), "well");
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"));
        var client = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
      sendAtOnce(client, "body");
      assertThat(reset.get(10, SECONDS)).isEqualTo(asked.get());
      assertThat(edge.get("/", key).body()).isEqualTo("well");
      assertThat(upstream.connections).hasValue(1);
    }
  }

  static void greet(Peer peer) throws IOException {
    peer.settings(MAX_CONCURRENT_STREAMS, 100);
  }

  /** What an upstream does with one stream. */
  interface Misdeed {
    void play(Peer peer, int id) throws IOException;
  }

  /**
   * Has an upstream take two requests, ill-treat the one and then answer the other; the one must
   * get a 502, the other its answer, on one connection, with nothing sent twice.
   */
  private static void assertHarmsOnlyItself(Misdeed misdeed) throws Exception {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  greet(peer);
                  int one = peer.readRequest().id();
                  int other = peer.readRequest().id();
                  misdeed.play(peer, one);
                  peer.answer(other, "well");
                  peer.answer(peer.readRequest().id(), "third");
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"))) {
      var first = getting(edge);
      var second = getting(edge);
      List<Integer> statuses = new ArrayList<>();
      for (var answer : List.of(first.get(10, SECONDS), second.get(10, SECONDS))) {
        statuses.add(answer.statusCode());
        if (answer.statusCode() == 200) {
          assertThat(answer.body()).isEqualTo("well");
        }
      }
      assertThat(statuses).containsExactlyInAnyOrder(502, 200);
      assertThat(edge.get("/", key).body()).isEqualTo("third");
      assertThat(upstream.connections).hasValue(1);
      assertThat(upstream.requests).hasValue(3);
    }
  }

  @Test
  void a_stream_that_is_reset_is_a_bad_gateway() throws Exception {
    assertHarmsOnlyItself((peer, id) -> peer.reset(id, INTERNAL_ERROR));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x-a=1", // No status.
        ":status=200,:status=200",
        ":status=2000",
        ":status=abc",
        ":status=200,:path=/",
        "x-a=1,:status=200",
        ":status=200,X-Upper=1",
        ":status=200,x a=1",
        ":status=200,x-a=1\r\nset-cookie: b",
        ":status=200,x-a=1\0",
        ":status=200,connection=close",
        ":status=200,transfer-encoding=chunked",
        ":status=200,keep-alive=1",
        ":status=200,upgrade=websocket",
        ":status=200,content-length=1,content-length=2",
        ":status=200,content-length=1,content-length=1", // By HTTP/1.1 it is refused, too.
        ":status=200,content-length=+1",
        ":status=101",
        ":status=099",
        ":status=600"
      })
  void a_head_that_is_none_is_a_bad_gateway(String fields) throws Exception {
    assertHarmsOnlyItself((peer, id) -> peer.headers(id, false, fields.split("[,=]", -1)));
  }

  @Test
  void a_list_of_lengths_is_a_bad_gateway_even_if_they_agree() throws Exception {
    assertHarmsOnlyItself(
        (peer, id) -> peer.headers(id, false, ":status", "200", "content-length", "1, 1"));
  }

  @Test
  void an_interim_answer_that_ends_the_stream_is_a_bad_gateway() throws Exception {
    assertHarmsOnlyItself((peer, id) -> peer.headers(id, true, ":status", "103"));
  }

  @Test
  void interim_answers_without_end_are_a_bad_gateway() throws Exception {
    assertHarmsOnlyItself(
        (peer, id) -> {
          for (int i = 0; i < 17; i++) {
            peer.headers(id, false, ":status", "103");
          }
        });
  }

  @Test
  void a_body_before_its_head_is_a_bad_gateway() throws Exception {
    assertHarmsOnlyItself((peer, id) -> peer.data(id, false, "early"));
  }

  @Test
  void a_body_that_is_announced_and_does_not_come_is_a_bad_gateway() throws Exception {
    assertHarmsOnlyItself(
        (peer, id) -> peer.headers(id, true, ":status", "200", "content-length", "5"));
  }

  @Test
  void more_fields_than_allowed_are_a_bad_gateway() throws Exception {
    String[] fields = new String[2 * 300];
    fields[0] = ":status";
    fields[1] = "200";
    for (int i = 2; i < fields.length; i += 2) {
      fields[i] = "x-" + i;
      fields[i + 1] = "1";
    }
    assertHarmsOnlyItself((peer, id) -> peer.headers(id, false, fields));
  }

  @ParameterizedTest
  @ValueSource(ints = {66, 100, 250})
  void a_head_larger_than_allowed_is_a_bad_gateway(int kibibytes) throws Exception {
    assertHarmsOnlyItself((peer, id) -> writeLargeHead(peer, id, kibibytes * 1024));
  }

  static void writeLargeHead(Peer peer, int id, int bytes) throws IOException {
    byte[] block = ScriptedHttp2Upstream.block(":status", "200", "x-large", "x".repeat(bytes));
    int frame = 16 * 1024;
    peer.write(HEADERS, 0, id, Arrays.copyOf(block, frame));
    for (int at = frame; at < block.length; at += frame) {
      int end = Math.min(at + frame, block.length);
      int flags = end == block.length ? END_HEADERS : 0;
      peer.write(CONTINUATION, flags, id, Arrays.copyOfRange(block, at, end));
    }
  }

  @Test
  void a_body_longer_than_announced_cuts_the_answer() throws Exception {
    assertCut(
        (peer, id) -> {
          peer.headers(id, false, ":status", "200", "content-length", "3");
          peer.data(id, true, "more");
        });
  }

  @Test
  void a_body_shorter_than_announced_cuts_the_answer() throws Exception {
    assertCut(
        (peer, id) -> {
          peer.headers(id, false, ":status", "200", "content-length", "5");
          peer.data(id, true, "less");
        });
  }

  @Test
  void a_reset_half_way_cuts_the_answer() throws Exception {
    assertCut(
        (peer, id) -> {
          peer.headers(id, false, ":status", "200");
          peer.data(id, false, "half");
          peer.reset(id, NO_ERROR);
        });
  }

  @Test
  void trailers_that_are_none_cut_the_answer() throws Exception {
    assertCut(
        (peer, id) -> {
          peer.headers(id, false, ":status", "200");
          peer.data(id, false, "all");
          peer.headers(id, true, ":status", "200");
        });
  }

  /** Has an upstream break one answer off and give another: the client sees which is whole. */
  private static void assertCut(Misdeed misdeed) throws Exception {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  greet(peer);
                  misdeed.play(peer, peer.readRequest().id());
                  peer.answer(peer.readRequest().id(), "well");
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"))) {
      assertThatThrownBy(() -> edge.send(post(edge, ""))).hasRootCauseInstanceOf(IOException.class);
      assertThat(edge.get("/", key).body()).isEqualTo("well");
      assertThat(upstream.connections).hasValue(1);
      assertThat(upstream.requests).hasValue(2);
    }
  }

  @Test
  void a_reset_after_the_whole_answer_is_no_fault() throws Exception {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  greet(peer);
                  int id = peer.readRequest().id();
                  peer.answer(id, "early");
                  peer.reset(id, NO_ERROR);
                  peer.answer(peer.readRequest().id(), "next");
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"))) {
      assertThat(edge.send(post(edge, "x".repeat(1 << 20))).body()).isEqualTo("early");
      assertThat(edge.get("/", key).body()).isEqualTo("next");
      assertThat(upstream.connections).hasValue(1);
    }
  }
}
