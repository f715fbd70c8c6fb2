package io.tollgate.edge;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.tollgate.access.Scopes;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.CredentialHeader;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.UpstreamProtocol;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls by gRPC pass whole, in each of their four kinds, and their refusals are gRPC's own. */
class GrpcTest {
  private static final Metadata.Key<String> API_KEY =
      Metadata.Key.of("x-api-key", Metadata.ASCII_STRING_MARSHALLER);
  private static final String END = "(the end)";

  private final TestPostgres postgres = TestPostgres.database();
  private final TestRedis redis = TestRedis.start();
  private final StoredKeys keys = new StoredKeys(postgres, redis);
  private final GrpcUpstream upstream = new GrpcUpstream();
  private RunningGateway edge;
  private ManagedChannel channel;

  @BeforeEach
  void start() {
    open(LimitConfig.UNLIMITED);
  }

  private void open(LimitConfig limit) {
    Route toAll = upstream.route("/");
    var closed =
        new Route(
                "/" + GrpcUpstream.CLOSED_SERVICE,
                toAll.destination().first(),
                Scopes.of(List.of("closed")),
                Set.of(),
                EnumSet.allOf(CredentialHeader.class))
            .speaking(UpstreamProtocol.HTTP2);
    edge =
        new RunningGateway(
            postgres, redis, cleartext(), ProxyConfig.DEFAULTS, limit, toAll, closed);
    channel = channel(edge);
  }

  /** Returns what takes HTTP/2 without TLS. */
  static EdgeConfig cleartext() {
    return new EdgeConfig("127.0.0.1", 0, 1, Duration.ofSeconds(5), ClientBounds.DEFAULTS)
        .with(Http2Bounds.DEFAULTS.withCleartext());
  }

  static ManagedChannel channel(RunningGateway to) {
    return NettyChannelBuilder.forAddress("127.0.0.1", to.gateway.port())
        .usePlaintext()
        .maxInboundMessageSize(64 << 20)
        .build();
  }

  @AfterEach
  void stop() {
    shut();
    upstream.close();
    redis.close();
    postgres.close();
  }

  private void shut() {
    channel.shutdownNow();
    edge.close();
  }

  private Channel with(@Nullable Secret key) {
    return with(channel, key);
  }

  static Channel with(Channel to, @Nullable Secret key) {
    var headers = new Metadata();
    if (key != null) {
      headers.put(API_KEY, key.reveal());
    }
    return ClientInterceptors.intercept(to, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static CallOptions within(Duration time) {
    return CallOptions.DEFAULT.withDeadlineAfter(time);
  }

  private static String call(Channel to, MethodDescriptor<String, String> method, String asked) {
    return ClientCalls.blockingUnaryCall(to, method, within(Duration.ofSeconds(20)), asked);
  }

  private static StatusRuntimeException refused(Runnable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call::run);
  }

  /** Takes what comes in a stream, its end and its failure included. */
  static final class Received implements StreamObserver<String> {
    final BlockingQueue<String> messages = new ArrayBlockingQueue<>(1_000);
    final CompletableFuture<Status> ended = new CompletableFuture<>();

    @Override
    public void onNext(String value) {
      messages.add(value);
    }

    @Override
    public void onError(Throwable failure) {
      ended.complete(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      messages.add(END);
      ended.complete(Status.OK);
    }

    String next() throws InterruptedException {
      String message = messages.poll(10, SECONDS);
      assertThat(message).as("the next message").isNotNull();
      return message;
    }
  }

  @Test
  void a_call_is_answered() {
    Secret key = keys.everywhere();
    assertThat(call(with(key), GrpcUpstream.ECHO, "hello")).isEqualTo("hello");
    assertThat(call(with(key), GrpcUpstream.ECHO, "")).isEmpty();
  }

  @Test
  void a_stream_of_answers_comes_whole() {
    Iterator<String> answers =
        ClientCalls.blockingServerStreamingCall(
            with(keys.everywhere()), GrpcUpstream.COUNT, within(Duration.ofSeconds(20)), "1000");
    List<String> all = new ArrayList<>();
    answers.forEachRemaining(all::add);
    assertThat(all).hasSize(1_000).startsWith("1", "2").endsWith("1000");
  }

  @Test
  void a_stream_of_no_answers_ends_well() {
    Iterator<String> answers =
        ClientCalls.blockingServerStreamingCall(
            with(keys.everywhere()), GrpcUpstream.COUNT, within(Duration.ofSeconds(20)), "0");
    assertThat(answers.hasNext()).isFalse();
  }

  @Test
  void a_stream_of_requests_arrives_whole() throws Exception {
    var received = new Received();
    StreamObserver<String> requests =
        ClientCalls.asyncClientStreamingCall(
            with(keys.everywhere()).newCall(GrpcUpstream.JOIN, CallOptions.DEFAULT), received);
    requests.onNext("a");
    requests.onNext("b");
    requests.onNext("c");
    requests.onCompleted();
    assertThat(received.next()).isEqualTo("abc");
    assertThat(received.next()).isEqualTo(END);
  }

  @Test
  void both_sides_talk_in_turn_and_end_one_after_the_other() throws Exception {
    var received = new Received();
    StreamObserver<String> requests = chat(with(keys.everywhere()), received);
    for (String word : List.of("one", "two", "three")) {
      requests.onNext(word);
      assertThat(received.next()).isEqualTo(word);
    }
    requests.onCompleted();
    assertThat(received.next()).isEqualTo(END);
  }

  static StreamObserver<String> chat(Channel to, Received received) {
    return ClientCalls.asyncBidiStreamingCall(
        to.newCall(GrpcUpstream.CHAT, CallOptions.DEFAULT), received);
  }

  @Test
  void an_error_comes_with_its_status_its_words_and_its_trailers() {
    StatusRuntimeException failure =
        refused(() -> call(with(keys.everywhere()), GrpcUpstream.FAIL, "why"));
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(failure.getStatus().getDescription())
        .as("without the space that it ends with, which no field may end with")
        .isEqualTo("not n\u00f6w");
    Metadata trailers = requireNonNull(failure.getTrailers());
    assertThat(trailers.get(GrpcUpstream.REASON)).isEqualTo("why");
    assertThat(trailers.get(GrpcUpstream.PUSHBACK)).isEqualTo("250");
    assertThat(trailers.get(GrpcUpstream.DETAIL)).containsExactly(0, 1, 0xff);
  }

  @Test
  void a_method_that_is_not_there_is_unimplemented() {
    MethodDescriptor<String, String> missing =
        GrpcUpstream.ECHO.toBuilder().setFullMethodName("test.Open/missing").build();
    assertThat(refused(() -> call(with(keys.everywhere()), missing, "")).getStatus().getCode())
        .isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  @Test
  void a_deadline_that_passes_ends_the_call_on_both_sides() throws Exception {
    Channel warm = with(keys.everywhere());
    assertThat(call(warm, GrpcUpstream.ECHO, "")).isEmpty();
    StatusRuntimeException failure =
        refused(
            () ->
                ClientCalls.blockingUnaryCall(
                    warm, GrpcUpstream.HANG, within(Duration.ofMillis(500)), ""));
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(upstream.cancelled.await(10, SECONDS)).isTrue();
  }

  @Test
  void a_deadline_is_kept_by_the_edge_itself() {
    try (var client = RawHttp2.open(edge.gateway.port())) {
      String[] call =
          RawHttp2.request(
              keys.everywhere(),
              "POST",
              "/test.Open/hang",
              "content-type",
              "application/grpc",
              "te",
              "trailers",
              "grpc-timeout",
              "200m");
      client.headers(1, false, call);
      client.data(1, false, "\0\0\0\0\0");
      RawHttp2.Answer answer = client.answer(1);
      assertThat(answer.outcome()).isEqualTo("200");
      assertThat(answer.field("grpc-status")).isEqualTo("4");
    }
  }

  @Test
  void a_call_that_is_cancelled_ends_at_the_upstream() throws Exception {
    var cancelling = new Cancelling();
    ClientCalls.asyncUnaryCall(
        with(keys.everywhere()).newCall(GrpcUpstream.HANG, CallOptions.DEFAULT), "", cancelling);
    assertThat(upstream.hanging.await(10, SECONDS)).isTrue();
    cancelling.requests.get(10, SECONDS).cancel("enough", null);
    assertThat(upstream.cancelled.await(10, SECONDS)).isTrue();
  }

  /** Hands out what a call is cancelled by. */
  private static final class Cancelling implements ClientResponseObserver<String, String> {
    final CompletableFuture<ClientCallStreamObserver<String>> requests = new CompletableFuture<>();

    @Override
    public void beforeStart(ClientCallStreamObserver<String> stream) {
      requests.complete(stream);
    }

    @Override
    public void onNext(String value) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }

  @Test
  void a_call_without_a_key_is_unauthenticated() {
    assertThat(refused(() -> call(with(null), GrpcUpstream.ECHO, "")).getStatus().getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(upstream.calls).hasValue(0);
  }

  @Test
  void a_call_with_too_large_a_head_is_too_much() {
    var padding = new Metadata();
    for (int field = 0; field < 200; field++) {
      padding.put(GrpcUpstream.REASON, "x");
    }
    Channel padded =
        ClientInterceptors.intercept(
            with(keys.everywhere()), MetadataUtils.newAttachHeadersInterceptor(padding));
    Status refusal = refused(() -> call(padded, GrpcUpstream.ECHO, "")).getStatus();
    assertThat(refusal.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refusal.getDescription()).startsWith("header-too-large");
    // A client that knows our bound does not send what is beyond it.
    try (var client = RawHttp2.open(edge.gateway.port())) {
      String[] call =
          RawHttp2.request(
              keys.everywhere(),
              "POST",
              "/test.Open/echo",
              "content-type",
              "application/grpc",
              "x-own",
              "x".repeat(33_000));
      RawHttp2.Answer answer = client.headers(1, true, call).answer(1);
      assertThat(answer.outcome()).isEqualTo("200");
      assertThat(answer.field("grpc-status")).isEqualTo("8");
    }
    assertThat(upstream.calls).hasValue(0);
  }

  @Test
  void a_call_without_a_scope_is_denied() {
    assertThat(
            refused(() -> call(with(keys.everywhere()), GrpcUpstream.CLOSED, ""))
                .getStatus()
                .getCode())
        .isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(call(with(keys.everywhere("closed")), GrpcUpstream.CLOSED, "in")).isEqualTo("in");
  }

  @Test
  void a_call_beyond_a_limit_is_too_much() {
    shut();
    open(new LimitConfig(1, 1));
    Channel limited = with(keys.everywhere());
    assertThat(call(limited, GrpcUpstream.ECHO, "1")).isEqualTo("1");
    assertThat(
            refused(
                    () -> {
                      for (int i = 0; i < 5; i++) {
                        call(limited, GrpcUpstream.ECHO, "2");
                      }
                    })
                .getStatus()
                .getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void large_messages_pass_both_ways() {
    String large = "0123456789abcdef".repeat(1 << 19);
    assertThat(call(with(keys.everywhere()), GrpcUpstream.ECHO, large)).isEqualTo(large);
  }

  @Test
  void each_call_is_counted_once_however_many_messages_it_has() throws Exception {
    Secret key = keys.everywhere();
    var received = new Received();
    StreamObserver<String> requests = chat(with(key), received);
    for (int i = 0; i < 10; i++) {
      requests.onNext("word");
      assertThat(received.next()).isEqualTo("word");
    }
    requests.onCompleted();
    assertThat(received.next()).isEqualTo(END);
    assertThat(refused(() -> call(with(key), GrpcUpstream.FAIL, "why"))).isNotNull();
    shut();
    assertThat(
            postgres.query(
                "SELECT sum(verified) || ' ' || sum(status_2xx) FROM tollgate.usage_hour"))
        .isEqualTo("2 2");
    open(LimitConfig.UNLIMITED);
  }
}
