package io.tollgate.management.wire;

import static io.tollgate.management.TestManagement.subject;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
  private static final Map<Area, String> otherAreas = new EnumMap<>(Area.class);
  private static String id;
  private static String readOnly;
  private static String secretKeyId;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
    id = management.create("locked").getString("id");
    for (Area area : Area.values()) {
      List<String> others = new ArrayList<>(Area.texts());
      others.removeAll(List.of(area.text(), Area.READ_ONLY));
      otherAreas.put(area, secretKey("all but " + area, others).getString("secret"));
    }
    JsonObject reading = secretKey("reading", Area.texts());
    readOnly = reading.getString("secret");
    secretKeyId = reading.getString("id");
  }

  private static JsonObject secretKey(String name, List<String> areas) {
    return management
        .post(
            "/instance/secret_keys",
            new JsonObject().put("name", name).put("areas", new JsonArray(areas)))
        .json();
  }

  @AfterAll
  static void stop() {
    management.close();
    redis.close();
    postgres.close();
  }

  static Stream<Endpoints.Operation> everyEndpoint() {
    return management.management().operations().stream();
  }

  /** Returns its paths under both roots, which name what is there. */
  private static List<String> paths(Endpoints.Operation operation) {
    boolean isSecretKey = operation.path().startsWith("/instance/secret_keys");
    String path = operation.path().replace(":id", isSecretKey ? secretKeyId : id);
    return List.of(path, "/v1" + path);
  }

  @ParameterizedTest
  @MethodSource("everyEndpoint")
  void without_the_right_secret_key_nothing_is_answered_and_nothing_changed(
      Endpoints.Operation operation) {
    paths(operation).forEach(path -> assertClosed(operation.method().name(), path));
  }

  @ParameterizedTest
  @MethodSource("everyEndpoint")
  void a_key_to_all_other_areas_opens_nothing_here(Endpoints.Operation operation) {
    String before = contents();
    String other = Objects.requireNonNull(otherAreas.get(operation.area()));
    Answer answer = send(operation.method().name(), paths(operation).get(0), other);
    assertThat(answer.status()).as(answer.body()).isEqualTo(403);
    assertThat(answer.code()).isEqualTo("authorization_invalid");
    assertThat(contents()).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("everyEndpoint")
  void a_key_for_reading_only_changes_nothing(Endpoints.Operation operation) {
    String before = contents();
    Answer answer = send(operation.method().name(), paths(operation).get(0), readOnly);
    if (operation.changes()) {
      assertThat(answer.status()).as(answer.body()).isEqualTo(403);
    } else {
      assertThat(answer.status()).as(answer.body()).isNotIn(401, 403);
    }
    assertThat(contents()).isEqualTo(before);
  }

  private static Answer send(String method, String path, String secretKey) {
    return management.send(
        management
            .bare(path)
            .method(method, BodyPublishers.ofString("{}"))
            .setHeader("Content-Type", "application/json")
            .setHeader("Authorization", "Bearer " + secretKey));
  }

  private void assertClosed(String method, String path) {
    String before = contents();
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
