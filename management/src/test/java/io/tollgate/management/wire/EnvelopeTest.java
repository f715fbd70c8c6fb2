package io.tollgate.management.wire;

import static io.tollgate.management.TestManagement.subject;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.Awaiting;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of every answer, whatever was asked. */
class EnvelopeTest {
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static TestManagement management;
  private static String id;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
    id = management.create("envelope").getString("id");
  }

  @AfterAll
  static void stop() {
    management.close();
    redis.close();
    postgres.close();
  }

  @Nested
  class Answers404 {
    @ParameterizedTest
    @CsvSource({
      "GET, /",
      "GET, /v1",
      "GET, /v2/api_keys",
      "POST, /nothing",
      "DELETE, /api_keys",
      "PUT, /api_keys",
      "PATCH, /api_keys",
      "OPTIONS, /api_keys",
      "GET, /api_keys/a/b",
      "POST, /api_keys/a",
      "GET, /api_keys/a/revoke",
      "DELETE, /v1/api_keys/verify",
      "TRACE, /api_keys",
      "POST, /api_keys/a/secret",
      "GET, /v1/v1/api_keys",
      "BREW, /api_keys"
    })
    void to_what_is_no_endpoint(String method, String path) {
      Answer answer =
          management.send(management.request(path).method(method, BodyPublishers.noBody()));
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.code()).isEqualTo("resource_not_found");
      assertEnvelope(answer);
    }
  }

  @Nested
  class Answers400 {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          " ",
          "{",
          "}",
          "nul",
          "null",
          "[]",
          "7",
          "\"{}\"",
          "{\"name\":\"abc\"} {}",
          "{\"name\":\"abc\",}",
          "{'name':'abc'}",
          "{name:\"abc\"}",
          "{\"name\":\"abc\",\"name\":\"abd\"}",
          "{\"claims\":{\"a\":1,\"a\":2}}",
          "{\"name\":\"a\\u0000b\"}",
          "{\"a\\u0000\":1}",
          "{\"claims\":{\"a\\u0000\":1}}",
          "{\"claims\":{\"a\":[\"\\u0000\"]}}",
          "{\"name\":\"\\ud800abc\"}",
          "{\"name\":\"abc\\udc00\"}",
          "{\"claims\":{\"\\ud83d\":1}}",
          "{\"seconds_until_expiration\":NaN}",
          "{\"seconds_until_expiration\":01}",
          "/* */{}",
          "\uFEFF{}"
        })
    void to_what_is_no_json_object_that_can_be_kept(String body) {
      assertInvalid(management.post("/api_keys", body));
    }

    @Test
    void to_what_is_not_utf8() {
      assertInvalid(management.post("/api_keys", new byte[] {'{', '"', (byte) 0xff, '"', '}'}));
      assertInvalid(
          management.post("/api_keys", "{\"name\":\"abc\"}".getBytes(StandardCharsets.UTF_16)));
      // A surrogate as three bytes, as no UTF-8 spells it.
      assertInvalid(
          management.post(
              "/api_keys",
              new byte[] {'{', '"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', ':', '1', '}'}));
    }

    @Test
    void to_what_nests_without_end() {
      assertInvalid(
          management.post(
              "/api_keys", "{\"claims\":" + "[".repeat(30_000) + "]".repeat(30_000) + "}"));
      assertInvalid(management.post("/api_keys", "{\"a\":".repeat(10_000)));
    }

    @Test
    void to_numbers_without_end() {
      Answer answer =
          management.post(
              "/api_keys", "{\"seconds_until_expiration\":1" + "0".repeat(20_000) + "}");
      assertThat(answer.status()).isEqualTo(400);
    }

    @Test
    void to_no_generated_body_anything_but_a_refusal() {
      Random random = new Random(42);
      String good =
          new JsonObject()
              .put("name", "abc")
              .put("subject", subject())
              .put("claims", new JsonObject().put("a", 1))
              .encode();
      for (int i = 0; i < 500; i++) {
        byte[] bytes = good.getBytes(StandardCharsets.UTF_8);
        for (int changes = random.nextInt(4) + 1; changes > 0; changes--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        Answer answer = management.post("/api_keys", bytes);
        assertThat(answer.status())
            .as(new String(bytes, StandardCharsets.ISO_8859_1))
            .isIn(200, 400, 409);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
      }
    }

    @Test
    void to_malformed_http() throws Exception {
      for (String head :
          List.of(
              "NONSENSE\r\n\r\n",
              "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(20_000) + "\r\n\r\n",
              "GET /" + "x".repeat(30_000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
              "GET /api_keys/%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer "
                  + TestManagement.SECRET_KEY
                  + "\r\n\r\n",
              "GET /api_keys?subject=%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                  + "Authorization: Bearer "
                  + TestManagement.SECRET_KEY
                  + "\r\n\r\n")) {
        String answer = raw(head);
        assertThat(answer).containsPattern("^HTTP/1.[01] 4(00|14|31) ");
        assertThat(answer.toLowerCase(Locale.ROOT))
            .contains("content-type: application/json\r\n", "\"errors\"", "tollgate-request-id");
      }
    }

    private void assertInvalid(Answer answer) {
      assertThat(answer.status()).as(answer.body()).isEqualTo(400);
      assertThat(answer.code()).isEqualTo("request_body_invalid");
      assertEnvelope(answer);
    }
  }

  @Nested
  class Answers413 {
    @Test
    void to_a_body_that_says_it_is_too_long_and_to_one_that_does_not() throws Exception {
      Answer answer = management.post("/api_keys", new byte[70_000]);
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.code()).isEqualTo("request_body_too_large");
      assertEnvelope(answer);
      String chunked =
          raw(
              "POST /api_keys HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                  + "Transfer-Encoding: chunked\r\nAuthorization: Bearer "
                  + TestManagement.SECRET_KEY
                  + "\r\n\r\n11170\r\n"
                  + " ".repeat(0x11170)
                  + "\r\n0\r\n\r\n");
      assertThat(chunked).startsWith("HTTP/1.1 413").contains("request_body_too_large");
    }
  }

  @Nested
  class Answers415 {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "text/plain",
          "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=a",
          "application/json; charset=utf-16",
          "application/jsonx",
          "application/json-patch+json",
          ";"
        })
    void to_a_body_of_another_type(String type) {
      Answer answer =
          management.send(
              management
                  .request("/api_keys")
                  .setHeader("Content-Type", type)
                  .POST(BodyPublishers.ofString("{}")));
      assertThat(answer.status()).isEqualTo(415);
      assertThat(answer.code()).isEqualTo("unsupported_content_type");
      assertEnvelope(answer);
    }

    @Test
    void to_a_body_of_no_type() {
      Answer answer =
          management.send(
              management
                  .bare("/api_keys")
                  .header("Authorization", "Bearer " + TestManagement.SECRET_KEY)
                  .POST(BodyPublishers.ofString("{}")));
      assertThat(answer.status()).isEqualTo(415);
    }

    @Test
    void to_none_of_the_spellings_of_json() {
      for (String type :
          List.of("application/json", "Application/JSON", "application/json; charset=UTF-8")) {
        Answer answer =
            management.send(
                management
                    .request("/api_keys")
                    .setHeader("Content-Type", type)
                    .POST(BodyPublishers.ofString("{}")));
        assertThat(answer.code()).isEqualTo("form_param_missing");
      }
    }
  }

  @Test
  void every_answer_has_an_id_of_our_own_making() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Answer answer =
          management.send(
              management.request("/api_keys/" + id).header("Tollgate-Request-Id", "req_mine"));
      assertThat(answer.header("Content-Type")).isEqualTo("application/json");
      ids.add(String.valueOf(answer.header("Tollgate-Request-Id")));
    }
    assertThat(ids).doesNotHaveDuplicates().allMatch(made -> made.matches("req_[0-9a-f]{32}"));
  }

  @Test
  void every_answer_is_counted_by_endpoint_and_status() {
    management.get("/api_keys/ak_1");
    management.get("/nothing");
    Awaiting.until(
        "both are counted", () -> count("api_keys.get", "404") >= 1 && count("none", "404") >= 1);
  }

  private static double count(String endpoint, String status) {
    return management
        .metrics()
        .get("tollgate.management.requests")
        .tags("endpoint", endpoint, "status", status)
        .counter()
        .count();
  }

  private static void assertEnvelope(Answer answer) {
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    JsonObject envelope = answer.json();
    assertThat(envelope.getJsonArray("errors")).hasSize(1);
    assertThat(envelope.getString("clerk_trace_id"))
        .isEqualTo(answer.header("Tollgate-Request-Id"))
        .startsWith("req_");
    for (String member : List.of("code", "message", "long_message")) {
      assertThat(answer.error().getString(member)).isNotBlank();
    }
    assertThat(answer.body()).doesNotContain(TestManagement.SECRET_KEY, "Exception", "io.");
  }

  private static String raw(String request) throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), management.port())) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      try {
        out.write(request.getBytes(StandardCharsets.US_ASCII));
      } catch (SocketException refusedMidway) {
        // The answer came before the whole request was taken.
      }
      var answer = new ByteArrayOutputStream();
      try {
        socket.getInputStream().transferTo(answer);
      } catch (SocketException reset) {
        // What was read so far is the answer.
      }
      return answer.toString(StandardCharsets.UTF_8);
    }
  }
}
