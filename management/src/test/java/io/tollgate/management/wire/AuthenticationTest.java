package io.tollgate.management.wire;

import static io.tollgate.management.TestManagement.subject;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The door: every endpoint answers 401 to whoever has not the secret key. */
class AuthenticationTest {
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static TestManagement management;
  private static String id;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
    id = management.create("locked").getString("id");
  }

  @AfterAll
  static void stop() {
    management.close();
    redis.close();
    postgres.close();
  }

  static Stream<String> endpoints() {
    return Stream.of("", "/v1")
        .flatMap(
            root ->
                Stream.of(
                    "POST " + root + "/api_keys",
                    "GET " + root + "/api_keys?subject=user_000000000000000000000000000",
                    "GET " + root + "/api_keys/ak_00000000000000000000000000000000",
                    "POST " + root + "/api_keys/ak_00000000000000000000000000000000/revoke",
                    "GET " + root + "/instance/secret_keys",
                    "POST " + root + "/instance/secret_keys",
                    "PATCH " + root + "/instance/api_keys",
                    "GET " + root + "/audit",
                    "GET " + root + "/audit/verification",
                    "POST " + root + "/api_keys/verify"));
  }

  @ParameterizedTest
  @MethodSource("endpoints")
  void without_the_right_secret_key_nothing_is_answered_and_nothing_changed(String endpoint) {
    String before = contents();
    String method = endpoint.split(" ", 2)[0];
    String path = endpoint.split(" ", 2)[1].replaceFirst("ak_0{32}", id);
    String body = "{\"name\":\"abc\",\"subject\":\"" + subject() + "\"}";
    for (String credential :
        new String[] {
          null,
          "",
          "Bearer",
          "Bearer ",
          "Bearer sk_test_0123456789abcdee",
          "Bearer sk_test_0123456789abcde",
          "Bearer sk_test_0123456789abcdef0",
          "Basic " + TestManagement.SECRET_KEY,
          TestManagement.SECRET_KEY
        }) {
      var request =
          management
              .bare(path)
              .method(method, BodyPublishers.ofString(body))
              .setHeader("Content-Type", "application/json");
      if (credential != null) {
        request.setHeader("Authorization", credential);
      }
      Answer answer = management.send(request);
      assertThat(answer.status()).as(credential).isEqualTo(401);
      assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
      assertThat(answer.code())
          .isIn(
              "authentication_invalid", "authorization_header_format_invalid", "clerk_key_invalid");
      assertThat(answer.body()).doesNotContain(TestManagement.SECRET_KEY);
    }
    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void two_credentials_are_refused_even_if_one_is_right() {
    Answer answer =
        management.send(
            management
                .bare("/api_keys/" + id)
                .header("Authorization", "Bearer " + TestManagement.SECRET_KEY)
                .header("Authorization", "Bearer other"));
    assertThat(answer.status()).isEqualTo(401);
  }

  private String contents() {
    return postgres.query(
        "SELECT (SELECT count(*) FROM tollgate.api_key)"
            + " || '/' || (SELECT count(*) FROM tollgate.audit)"
            + " || '/' || (SELECT number FROM tollgate.change_counter)");
  }
}
