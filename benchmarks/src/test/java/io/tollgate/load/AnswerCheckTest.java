package io.tollgate.load;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.tollgate.load.AnsweringServer.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.assertj.core.api.AbstractThrowableAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promise: a peer that lets in whom it must not, or not whom it must, is not measured. */
class AnswerCheckTest {
  private static final String BODY = "{}";

  @TempDir private Path directory;

  @Test
  void who_knows_the_keys_passes() throws IOException {
    check(true, AnswerCheckTest::honest).doesNotThrowAnyException();
  }

  @Test
  void who_lets_in_everybody_does_not_pass_as_one_that_checks() throws IOException {
    check(true, request -> AnsweringServer.ok(BODY)).hasMessageContaining("wrong key with 200");
  }

  @Test
  void who_lets_in_everybody_passes_where_nothing_else_is_said_of_it() throws IOException {
    check(false, request -> AnsweringServer.ok(BODY)).doesNotThrowAnyException();
  }

  @Test
  void who_lets_in_without_a_key_does_not_pass() throws IOException {
    check(
            true,
            request ->
                request.head().contains("X-API-Key") ? honest(request) : AnsweringServer.ok(BODY))
        .hasMessageContaining("missing key with 200");
  }

  @Test
  void who_refuses_a_good_key_does_not_pass() throws IOException {
    check(true, request -> AnsweringServer.status(401)).hasMessageContaining("good key with 401");
  }

  @Test
  void who_answers_with_another_body_does_not_pass() throws IOException {
    check(false, request -> AnsweringServer.ok("[]")).hasMessageContaining("another body");
  }

  private static String honest(Request request) {
    boolean good = request.head().contains(": key-a\n") || request.head().contains(": key-b\n");
    return good ? AnsweringServer.ok(BODY) : AnsweringServer.status(401);
  }

  private AbstractThrowableAssert<?, ?> check(
      boolean checksKeys, Function<Request, @Nullable String> script) throws IOException {
    Path keys = Files.writeString(directory.resolve("keys"), "key-a 1\nkey-b 2\n");
    byte[] body = BODY.getBytes(StandardCharsets.US_ASCII);
    var answers = new AnswerCheck("/", body, KeyFile.read(keys), Wire.PLAIN);
    try (var server = new AnsweringServer(script)) {
      return assertThatCode(() -> answers.check(server.peer(checksKeys)));
    }
  }
}
