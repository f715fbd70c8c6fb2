package io.tollgate.edge;

import static io.tollgate.edge.BodySizeTest.MAX;
import static io.tollgate.edge.ScriptedHttp2Upstream.CANCEL;
import static io.tollgate.edge.ScriptedHttp2Upstream.DATA;
import static io.tollgate.edge.ScriptedHttp2Upstream.END_STREAM;
import static io.tollgate.edge.ScriptedHttp2Upstream.RST_STREAM;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.tollgate.edge.RawHttp2.Answer;
import io.tollgate.edge.ScriptedHttp2Upstream.Frame;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.UpstreamProtocol;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** By HTTP/2 and gRPC, on either side, a body is as long as by HTTP/1.1 and no longer. */
class Http2BodySizeTest {
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static Secret key;

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

  private static RunningGateway gateway(Route... routes) {
    return new RunningGateway(
        postgres,
        redis,
        BodySizeTest.config(MAX),
        ProxyConfig.DEFAULTS,
        LimitConfig.UNLIMITED,
        routes);
  }

  private static String[] request(String... more) {
    String[] fields = {
      ":method",
      "POST",
      ":scheme",
      "http",
      ":path",
      "/",
      ":authority",
      "t",
      "x-api-key",
      key.reveal()
    };
    String[] all = Arrays.copyOf(fields, fields.length + more.length);
    System.arraycopy(more, 0, all, fields.length, more.length);
    return all;
  }

  private static double refused(RunningGateway edge) {
    return edge.counted("tollgate.edge.requests", "outcome", "body-too-large");
  }

  @Test
  void a_length_that_is_announced_counts() {
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream.route("/"));
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      client.headers(1, false, request("content-length", "" + (MAX + 1)));
      Answer answer = client.answer(1);
      assertThat(answer.outcome()).isEqualTo("413");
      assertThat(answer.body.toString()).contains("body-too-large");
      client.headers(3, false, request("content-length", "" + MAX));
      assertThat(client.data(3, true, "x".repeat(MAX)).answer(3).outcome()).isEqualTo("200");
      assertThat(upstream.requests).hasValue(1);
    }
  }

  @Test
  void who_asks_first_is_not_asked_for_it() {
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream.route("/"));
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      String[] asks = request("expect", "100-continue", "content-length", "" + (MAX + 1));
      assertThat(client.headers(1, false, asks).answer(1).outcome()).isEqualTo("413");
    }
  }

  @ParameterizedTest
  @EnumSource(UpstreamProtocol.class)
  void what_comes_without_a_length_is_counted(UpstreamProtocol protocol) {
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream.route("/").speaking(protocol));
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      for (int id = 1; id <= 13; id += 4) {
        client.headers(id, false, request()).data(id, false, "x".repeat(60));
        assertThat(client.data(id, true, "x".repeat(MAX - 60)).answer(id).outcome())
            .isEqualTo("200");
        client.headers(id + 2, false, request()).data(id + 2, false, "x".repeat(60));
        Answer answer = client.data(id + 2, true, "x".repeat(MAX - 59)).answer(id + 2);
        assertThat(answer.outcome()).isEqualTo("413");
        assertThat(answer.body.toString()).contains("body-too-large");
      }
      assertThat(upstream.whole).hasValue(4);
      assertThat(refused(edge)).isEqualTo(4);
      assertThat(edge.metrics.find("tollgate.target.failures").counters()).isEmpty();
    }
  }

  @Test
  void what_came_while_the_key_was_looked_up_goes_no_further() {
    Secret fresh = new StoredKeys(postgres, redis).everywhere();
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream.route("/"));
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      String[] request = request();
      request[9] = fresh.reveal();
      client.headers(1, false, request).data(1, false, "x".repeat(MAX + 1));
      assertThat(client.answer(1).outcome()).isEqualTo("413");
      assertThat(client.headers(3, true, request()).answer(3).outcome()).isEqualTo("200");
      assertThat(upstream.requests).hasValue(1);
    }
  }

  @Test
  void an_answer_that_has_begun_is_reset() {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  int id = peer.readRequest().id();
                  peer.headers(id, false, ":status", "200");
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"));
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      client.headers(1, false, request()).data(1, false, "x".repeat(MAX)).flush();
      RawHttp2.Frame frame = client.next();
      while (frame.type != RawHttp2.HEADERS) {
        frame = client.next();
      }
      assertThat(client.data(1, true, "x").answer(1).outcome()).isEqualTo("reset CANCEL");
    }
  }

  /** What an upstream by HTTP/2 sees of a body that is too long, and what follows on its stream. */
  private static final class Seen {
    final CompletableFuture<Boolean> begun = new CompletableFuture<>();
    final CompletableFuture<Frame> end = new CompletableFuture<>();
    boolean whole;

    ScriptedHttp2Upstream upstream() {
      return new ScriptedHttp2Upstream(
          (peer, index) -> {
            Http2FaultsTest.greet(peer);
            int id = peer.readRequest().id();
            Frame frame = peer.read();
            while (frame.id() != id || frame.type() != RST_STREAM) {
              if (frame.type() == DATA) {
                whole |= (frame.flags() & END_STREAM) != 0;
                begun.complete(true);
              }
              frame = peer.read();
            }
            end.complete(frame);
            peer.answer(peer.readRequest().id(), "next");
            peer.awaitEnd();
          });
    }

    void assertCancelled() throws Exception {
      assertThat(end.get(10, SECONDS).payload().readInt()).isEqualTo(CANCEL);
      assertThat(whole).isFalse();
    }
  }

  @Test
  void its_end_never_reaches_an_upstream_that_has_its_begin() throws Exception {
    var seen = new Seen();
    try (ScriptedHttp2Upstream upstream = seen.upstream();
        var edge = gateway(upstream.route("/"));
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      client.headers(1, false, request()).data(1, false, "x".repeat(MAX)).flush();
      assertThat(seen.begun.get(10, SECONDS)).isTrue();
      assertThat(client.data(1, true, "x").answer(1).outcome()).isEqualTo("413");
      seen.assertCancelled();
      assertThat(client.headers(3, true, request()).answer(3).body).hasToString("next");
      assertThat(upstream.connections).hasValue(1);
    }
  }

  @Test
  void nor_does_it_where_the_client_speaks_http1() throws Exception {
    var seen = new Seen();
    try (ScriptedHttp2Upstream upstream = seen.upstream();
        var edge = gateway(upstream.route("/"))) {
      byte[] body = new byte[MAX + 1];
      HttpRequest.Builder post =
          HttpRequest.newBuilder(edge.uri("/"))
              .header("Authorization", "Bearer " + key.reveal())
              .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));
      assertThat(edge.send(post).statusCode()).isEqualTo(413);
      seen.assertCancelled();
      assertThat(edge.get("/", key).body()).isEqualTo("next");
      assertThat(upstream.connections).hasValue(1);
    }
  }

  /** Calls by gRPC, whose messages have five bytes before their text. */
  private interface Calls {
    void make(Channel channel);
  }

  private static void calling(Calls calls, Route... routes) {
    try (var edge = gateway(routes)) {
      ManagedChannel channel = GrpcTest.channel(edge);
      try {
        calls.make(GrpcTest.with(channel, key));
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static String echo(Channel to, String text) {
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(Duration.ofSeconds(20));
    return ClientCalls.blockingUnaryCall(to, GrpcUpstream.ECHO, options, text);
  }

  @Test
  void a_call_that_is_too_long_has_its_resource_exhausted() {
    try (var upstream = new GrpcUpstream()) {
      calling(
          channel -> {
            String longest = "x".repeat(MAX - 5);
            assertThat(echo(channel, longest)).isEqualTo(longest);
            Status status =
                catchThrowableOfType(
                        StatusRuntimeException.class, () -> echo(channel, longest + "x"))
                    .getStatus();
            assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(status.getDescription()).startsWith("body-too-large: ");
            assertThat(echo(channel, "again")).isEqualTo("again");
          },
          upstream.route("/"));
      assertThat(upstream.calls).hasValue(2);
    }
  }

  @Test
  void the_messages_of_a_call_count_together() {
    try (var upstream = new GrpcUpstream()) {
      calling(
          channel -> assertThat(join(channel, 11)).isEqualTo(Status.Code.RESOURCE_EXHAUSTED),
          upstream.route("/"));
    }
  }

  @Test
  void a_call_may_be_endless_where_its_route_says_so() {
    try (var upstream = new GrpcUpstream()) {
      calling(
          channel -> assertThat(join(channel, 1_000)).isEqualTo(Status.Code.OK),
          upstream.route("/").taking(0));
    }
  }

  private static Status.Code join(Channel channel, int messages) {
    var received = new GrpcTest.Received();
    StreamObserver<String> requests =
        ClientCalls.asyncClientStreamingCall(
            channel.newCall(GrpcUpstream.JOIN, CallOptions.DEFAULT), received);
    for (int i = 0; i < messages && !received.ended.isDone(); i++) {
      requests.onNext("12345");
    }
    if (!received.ended.isDone()) {
      requests.onCompleted();
    }
    return received.ended.orTimeout(10, SECONDS).join().getCode();
  }
}
