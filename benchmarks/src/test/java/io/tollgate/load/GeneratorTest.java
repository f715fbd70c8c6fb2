package io.tollgate.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.load.AnsweringServer.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promise: a figure stands only where every answer was right, and it counts what clients feel. */
class GeneratorTest {
  private static final String BODY = "{\"stock\":[4,8,15,16,23,42]}";
  private static final Duration LENGTH = Duration.ofSeconds(1);

  @TempDir private Path directory;

  @Test
  void every_right_answer_is_counted() throws IOException {
    try (var server = new AnsweringServer(request -> AnsweringServer.ok(BODY))) {
      SlotResult result = run(server, 0);
      double answered = result.requestsPerSecond() * LENGTH.toSeconds();
      assertThat(answered).isPositive().isLessThanOrEqualTo(server.requests());
    }
  }

  @Test
  void an_answer_may_come_in_pieces() throws IOException {
    String pieces = AnsweringServer.ok(BODY).replace("-L", "|-L").replace("\n\r", "|\n\r");
    try (var server = new AnsweringServer(request -> pieces.replace("stock", "st|ock"))) {
      assertThat(run(server, 0).requestsPerSecond()).isPositive();
    }
  }

  @Test
  void keys_are_sent_in_turn() throws IOException {
    Set<String> heads = ConcurrentHashMap.newKeySet();
    try (var server =
        new AnsweringServer(
            request -> {
              heads.add(request.head());
              return AnsweringServer.ok(BODY);
            })) {
      run(server, 0);
    }
    assertThat(heads).hasSize(2).allMatch(head -> head.contains("X-API-Key: key-"));
  }

  @Test
  void one_wrong_status_leaves_no_figure() {
    assertNoFigure(AnsweringServer.status(502), "status");
  }

  @Test
  void one_wrong_byte_leaves_no_figure() {
    assertNoFigure(AnsweringServer.ok(BODY.replace("42", "43")), "another body");
  }

  @Test
  void one_wrong_length_leaves_no_figure() {
    assertNoFigure(AnsweringServer.ok(BODY + " "), "Content-Length");
  }

  @Test
  void an_answer_that_nobody_asked_for_leaves_no_figure() {
    assertNoFigure(AnsweringServer.ok(BODY) + AnsweringServer.ok(BODY), "more than");
  }

  @Test
  void a_connection_that_is_closed_leaves_no_figure() {
    assertNoFigure(null, "clos");
  }

  @Test
  void a_request_that_waits_for_a_connection_at_a_fixed_rate_waits_as_a_client_would()
      throws IOException {
    var never = new CountDownLatch(1);
    try (var server =
        new AnsweringServer(
            request -> {
              if (request.earlier() == 0) {
                stall(never);
              }
              return AnsweringServer.ok(BODY);
            })) {
      // Only one request finds the server standing still; most were meant to be sent then.
      assertThat(run(server, 1_000).p50Micros()).isGreaterThan(100_000);
    }
  }

  private static void stall(CountDownLatch never) {
    try {
      assertThat(never.await(750, TimeUnit.MILLISECONDS)).isFalse();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertNoFigure(@Nullable String wrong, String why) {
    Function<Request, @Nullable String> script =
        request -> request.earlier() == 3 ? wrong : AnsweringServer.ok(BODY);
    assertThatThrownBy(
            () -> {
              try (var server = new AnsweringServer(script)) {
                run(server, 0);
              }
            })
        .isInstanceOf(WrongAnswer.class)
        .hasMessageContaining("scripted")
        .hasMessageContaining(why);
  }

  private SlotResult run(AnsweringServer server, double rate) throws IOException {
    Path keys = Files.writeString(directory.resolve("keys"), "key-a 1\nkey-b 2\n");
    byte[] body = BODY.getBytes(StandardCharsets.US_ASCII);
    long pid = ProcessHandle.current().pid();
    try (var generator = new Generator("/", body, KeyFile.read(keys), pid, Wire.PLAIN)) {
      return generator.run(new Slot(server.peer(false), 1, Duration.ZERO, LENGTH, rate));
    }
  }
}
