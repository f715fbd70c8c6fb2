package io.tollgate.trace;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A collector that reads OTLP over HTTP as real ones do, and keeps all that it was sent. */
public final class TestCollector implements AutoCloseable {
  /** In the place of a status: the request is read and never answered. */
  public static final int SILENT = 0;

  /** In the place of a status: it is answered, with a body that never ends. */
  public static final int ENDLESS = 1;

  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;
  private final List<ResourceSpans> received = new CopyOnWriteArrayList<>();
  private final List<String> bytes = new CopyOnWriteArrayList<>();
  private final AtomicInteger requests = new AtomicInteger();
  private volatile int status;

  private TestCollector(int status) {
    this.status = status;
    server = await(vertx.createHttpServer().requestHandler(this::take).listen(0, "127.0.0.1"));
  }

  private static <T> T await(io.vertx.core.Future<T> future) {
    try {
      return future.await(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Starts one that takes all. */
  public static TestCollector start() {
    return new TestCollector(200);
  }

  /** Starts one that answers with that status. */
  public static TestCollector answering(int status) {
    return new TestCollector(status);
  }

  public void setStatus(int newStatus) {
    status = newStatus;
  }

  private void take(HttpServerRequest request) {
    requests.incrementAndGet();
    bytes.add(request.method() + " " + request.uri() + "\n" + request.headers());
    request.body().onSuccess(body -> take(request, body));
  }

  private void take(HttpServerRequest request, Buffer body) {
    bytes.add(body.toString(StandardCharsets.ISO_8859_1));
    int answered = status;
    boolean right =
        "/v1/traces".equals(request.path())
            && "application/x-protobuf".equals(request.getHeader("content-type"));
    if (answered == 200 && right) {
      received.addAll(parse(body).getResourceSpansList());
    }
    if (answered == ENDLESS) {
      request
          .response()
          .setChunked(true)
          .write("x")
          .onFailure(gone -> request.connection().close());
    } else if (answered != SILENT) {
      request.response().setStatusCode(right ? answered : 404).end();
    }
  }

  private static ExportTraceServiceRequest parse(Buffer body) {
    try {
      return ExportTraceServiceRequest.parseFrom(body.getBytes());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns a configuration by which every request's spans come here. */
  public TraceConfig config() {
    return config(4_096, Duration.ofSeconds(5));
  }

  public TraceConfig config(int queueMax, Duration timeout) {
    return new TraceConfig(endpoint(), 1, queueMax, timeout, "tollgate-test");
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.actualPort());
  }

  /** Returns how many requests came, taken or not. */
  public int requests() {
    return requests.get();
  }

  /** Returns all that came, heads and bodies, a byte a character. */
  public String bytes() {
    return String.join("\n", bytes);
  }

  public List<ResourceSpans> received() {
    return List.copyOf(received);
  }

  public List<Span> spans() {
    return received.stream()
        .flatMap(resource -> resource.getScopeSpansList().stream())
        .flatMap(scope -> scope.getSpansList().stream())
        .toList();
  }

  /** Returns the spans of a trace that are of that kind. */
  public List<Span> spans(String traceId, Span.SpanKind kind) {
    return spans().stream()
        .filter(span -> hex(span.getTraceId().toByteArray()).equals(traceId))
        .filter(span -> span.getKind() == kind)
        .toList();
  }

  public static String hex(byte[] id) {
    return HexFormat.of().formatHex(id);
  }

  /** Returns a span's attributes, each as text. */
  public static Map<String, String> attributes(List<KeyValue> attributes) {
    Map<String, String> all = new TreeMap<>();
    for (KeyValue attribute : attributes) {
      AnyValue value = attribute.getValue();
      all.put(
          attribute.getKey(),
          value.hasIntValue() ? Long.toString(value.getIntValue()) : value.getStringValue());
    }
    return all;
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}
