package io.tollgate.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.tollgate.store.Awaiting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TracingTest {
  private static final String ID = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PARENT = "00f067aa0ba902b7";
  private static final int SPANS = 100;

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

  private Tracing open(TraceConfig config) {
    return Objects.requireNonNull(Tracing.open(config, "gateway-1", metrics));
  }

  private static TraceConfig sampling(TestCollector collector, double ratio) {
    return new TraceConfig(collector.endpoint(), ratio, 4_096, Duration.ofSeconds(5), "tollgate");
  }

  private double dropped(String reason) {
    return metrics.get("tollgate.trace.spans.dropped").tag("reason", reason).counter().count();
  }

  private double sent() {
    return metrics.get("tollgate.trace.spans.sent").counter().count();
  }

  private static RequestTrace request(Tracing tracing, String traceparent) {
    RequestTrace trace = tracing.begin("GET", traceparent);
    trace.end("http", 200, "upstream", "");
    return trace;
  }

  private static void requests(Tracing tracing, int count) {
    for (int i = 0; i < count; i++) {
      request(tracing, "");
    }
  }

  @Test
  void without_an_endpoint_there_is_nothing() {
    assertThat(Tracing.open(TraceConfig.OFF, "gateway-1", metrics)).isNull();
    assertThat(metrics.getMeters()).isEmpty();
  }

  @Test
  void what_has_ended_before_a_stop_is_sent_with_who_sends_it() {
    try (var collector = TestCollector.start()) {
      try (Tracing tracing = open(collector.config())) {
        requests(tracing, 2_000);
      }
      assertThat(collector.spans()).hasSize(2_000);
      assertThat(sent()).isEqualTo(2_000);
      assertThat(
              TestCollector.attributes(
                  collector.received().getFirst().getResource().getAttributesList()))
          .containsEntry("service.name", "tollgate-test")
          .containsEntry("service.instance.id", "gateway-1");
    }
  }

  @Test
  void of_requests_without_a_trace_the_ratio_is_traced() {
    try (var collector = TestCollector.start()) {
      try (Tracing tracing = open(sampling(collector, 0.5))) {
        requests(tracing, 2_000);
      }
      // 22 is the deviation of that many tosses of a coin.
      assertThat(collector.spans().size()).isBetween(800, 1_200);
    }
  }

  @Test
  void whoever_began_the_trace_says_whether_it_is_recorded() {
    try (var collector = TestCollector.start()) {
      try (Tracing none = open(sampling(collector, 0));
          Tracing all = open(sampling(collector, 1))) {
        String unsampled = request(all, "00-" + ID + '-' + PARENT + "-00").traceparent();
        assertThat(unsampled).startsWith("00-" + ID + '-').endsWith("-00").doesNotContain(PARENT);
        request(none, "");
        String sampled = request(none, "00-" + ID + '-' + PARENT + "-01").traceparent();
        assertThat(sampled).startsWith("00-" + ID + '-').endsWith("-01").doesNotContain(PARENT);
      }
      assertThat(collector.spans()).hasSize(1);
      assertThat(collector.spans(ID, SpanKind.SPAN_KIND_SERVER)).hasSize(1);
    }
  }

  @Test
  void what_does_not_fit_the_queue_of_a_silent_collector_is_dropped_and_counted() {
    try (var collector = TestCollector.answering(TestCollector.SILENT);
        Tracing tracing = open(collector.config(16, Duration.ofMillis(300)))) {
      Awaiting.until(
          "one batch is under way and the queue is full",
          () -> {
            requests(tracing, SPANS);
            return collector.requests() > 0 && dropped("queue-full") > 0;
          });
      Awaiting.until("the batch is given up", () -> dropped("export-failed") > 0);
      collector.setStatus(200);
      Awaiting.until(
          "what comes then is sent",
          () -> {
            request(tracing, "");
            return sent() > 0;
          });
    }
  }

  @Test
  void an_answer_that_never_ends_costs_its_batch_and_not_those_after_it() {
    try (var collector = TestCollector.answering(TestCollector.ENDLESS);
        Tracing tracing = open(collector.config(16, Duration.ofMillis(300)))) {
      requests(tracing, 1);
      Awaiting.until("the batch is given up", () -> dropped("export-failed") == 1);
      collector.setStatus(200);
      requests(tracing, 1);
      Awaiting.until("the next is sent", () -> sent() == 1);
    }
  }

  @Test
  void a_refusal_is_counted_and_nothing_of_it_told_but_once() {
    try (var log = new LogLines(SpanQueue.class);
        var collector = TestCollector.answering(400);
        Tracing tracing = open(collector.config())) {
      for (int batch = 1; batch <= 3; batch++) {
        requests(tracing, 1);
        int wanted = batch;
        Awaiting.until("the batch is refused", () -> dropped("export-failed") == wanted);
      }
      assertThat(log.lines()).hasSize(1);
      assertThat(log.lines().getFirst()).contains(collector.endpoint().toString(), "refused");
      collector.setStatus(200);
      requests(tracing, 1);
      Awaiting.until("its end is told", () -> log.lines().size() == 2);
      assertThat(log.lines().get(1)).contains("again");
    }
  }

  @Test
  void where_nobody_listens_a_stop_is_over_within_its_deadline() throws IOException {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    URI nobody = URI.create("http://127.0.0.1:" + port);
    var config = new TraceConfig(nobody, 1, SPANS, Duration.ofMillis(500), "tollgate");
    try (Tracing tracing = open(config)) {
      requests(tracing, SPANS);
    }
    Awaiting.until("all is accounted for", () -> dropped("export-failed") == SPANS);
    Awaiting.until("no thread is left", () -> threads().isEmpty());
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("trace-"))
        .toList();
  }
}
