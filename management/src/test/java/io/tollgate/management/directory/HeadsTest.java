package io.tollgate.management.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Heads of requests that can't be read are refused in the words of whoever asks. */
class HeadsTest {
  private static Sync.Stores stores;
  private static Sync sync;

  @BeforeAll
  static void start() {
    stores = new Sync.Stores();
    sync = stores.sync();
  }

  @AfterAll
  static void stop() {
    stores.close();
  }

  /** Sends some bytes after another, and returns all that is answered. */
  private static String answer(String... parts) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), sync.management.port())) {
      socket.setTcpNoDelay(true);
      for (String part : parts) {
        socket.getOutputStream().write(part.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
      }
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String spelled(String given) {
    return given
        .replace("LONG", "x".repeat(30_000))
        .replace("~", "\r\n")
        .replace("DIRECTORY", sync.path);
  }

  private static JsonObject body(String answer) {
    return new JsonObject(answer.substring(answer.indexOf("\r\n\r\n") + 4));
  }

  private static void assertInWordsOfScim(String answer, int status) {
    assertThat(answer)
        .matches("(?s)HTTP/1.[01] " + status + " .*")
        .containsIgnoringCase("content-type: application/scim+json");
    JsonObject error = body(answer);
    assertThat(error.getJsonArray("schemas"))
        .containsExactly("urn:ietf:params:scim:api:messages:2.0:Error");
    assertThat(error.getString("status")).isEqualTo(Integer.toString(status));
    assertThat(error.getString("detail")).isNotBlank();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "GET DIRECTORY/Users?filter=LONG HTTP/1.1~Host: a~~ | 414",
        "GET DIRECTORY/Users HTTP/1.1~Host: a~X-A: LONG~~ | 431",
        "GET DIRECTORY/Users HTTP/1.1~Host: a~no colon~~ | 400",
        "GET DIRECTORY/Users?filter=userName eq \"a\" HTTP/1.1~Host: a~~ | 400",
        "GET DIRECTORY/Users HTTP/x~Host: a~~ | 400",
        "GET /scim/v2 HTTP/x~Host: a~~ | 400"
      })
  void an_identity_provider_is_told_in_the_words_of_scim(String head, int status) {
    assertInWordsOfScim(answer(spelled(head)), status);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "GET /api_keys?subject=LONG HTTP/1.1~Host: a~~ | 414",
        "GET /api_keys HTTP/1.1~Host: a~X-A: LONG~~ | 431",
        "GET /api_keys HTTP/x~Host: a~~ | 400",
        "GET /scim/v20 HTTP/x~Host: a~~ | 400",
        "nothing~~ | 400"
      })
  void all_others_are_told_in_the_envelope_of_the_management_api(String head, int status) {
    String answer = answer(spelled(head));
    assertThat(answer).matches("(?s)HTTP/1.[01] " + status + " .*");
    assertThat(body(answer).getJsonArray("errors").getJsonObject(0).getString("code"))
        .isEqualTo("malformed_request_parameters");
  }

  @Test
  void a_connection_that_has_asked_for_other_things_before_is_told_by_what_it_asks_for_now() {
    String first = "GET /api_keys HTTP/1.1\r\nHost: a\r\n\r\n";
    String second = spelled("GET DIRECTORY/Users HTTP/x~Host: a~~");
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), sync.management.port())) {
      socket.getOutputStream().write(first.getBytes(StandardCharsets.UTF_8));
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      socket.getOutputStream().write(second.getBytes(StandardCharsets.UTF_8));
      String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertInWordsOfScim(all.substring(all.lastIndexOf("HTTP/1.")), 400);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void a_head_that_comes_in_pieces_is_told_the_same() {
    String line = spelled("GET DIRECTORY/Users HTTP/x~Host: a~~");
    assertInWordsOfScim(
        answer(line.substring(0, 8), line.substring(8, 20), line.substring(20)), 400);
  }

  @Test
  void a_filter_of_fifteen_thousand_characters_fits_into_a_path() {
    String filter = "userName eq \"" + "a".repeat(14_980) + '"';
    String asked = "/Users?filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8);
    assertThat(sync.get(asked).ok().getInteger("totalResults")).isZero();
    String most = "userName eq \"" + "a".repeat(16_000 - filter.length() + 14_980 - 300) + '"';
    String full = "/Users?filter=" + URLEncoder.encode(most, StandardCharsets.UTF_8);
    assertThat(full.length()).isGreaterThan(15_500);
    assertThat(sync.get(full).ok().getInteger("totalResults")).isZero();
  }
}
