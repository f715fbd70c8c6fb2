package io.tollgate.management.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the audit answers to him who may read it. */
class ReadAuditTest {
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static TestManagement management;
  private static JsonObject key;

  @BeforeAll
  static void change_a_little() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
    key =
        management.created(
            new JsonObject()
                .put("subject", TestManagement.subject())
                .put("name", "audited")
                .put("claims", new JsonObject("{\"a\":1}")));
    management.post("/api_keys/" + key.getString("id") + "/disable", "");
    management.create("another");
  }

  @AfterAll
  static void stop() {
    management.close();
    redis.close();
    postgres.close();
  }

  private static JsonObject page(String query) {
    Answer answer = management.get("/audit?" + query);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  private static List<Integer> numbers(String query) {
    return page(query).getJsonArray("data").stream()
        .map(entry -> ((JsonObject) entry).getInteger("number"))
        .toList();
  }

  @Test
  void a_line_says_who_did_what_to_which_object_and_how_it_looked() {
    JsonArray data = page("object=" + key.getString("id")).getJsonArray("data");
    JsonObject disabled = data.getJsonObject(0);
    JsonObject made = data.getJsonObject(1);
    assertThat(disabled.getString("object")).isEqualTo("audit_entry");
    assertThat(disabled.getInteger("number")).isEqualTo(2);
    assertThat(disabled.getLong("at")).isGreaterThanOrEqualTo(key.getLong("created_at"));
    assertThat(disabled.getString("actor")).isEqualTo("secret_key:instance");
    assertThat(disabled.getString("request_id")).matches("req_[0-9a-f]{32}");
    assertThat(disabled.getString("action")).isEqualTo("api_key.disable");
    assertThat(disabled.getString("target")).isEqualTo(key.getString("id"));
    assertThat(disabled.getString("hash")).matches("[0-9a-f]{64}");
    assertThat(disabled.getJsonObject("after").getBoolean("enabled")).isFalse();
    assertThat(disabled.getJsonObject("before")).isEqualTo(made.getJsonObject("after"));
    assertThat(made.getValue("before")).isNull();
  }

  @Test
  void lines_are_found_by_each_of_what_they_say_the_newest_first() {
    JsonObject disabled = page("action=api_key.disable").getJsonArray("data").getJsonObject(0);
    assertThat(numbers("")).containsExactly(3, 2, 1);
    assertThat(numbers("object=" + key.getString("id"))).containsExactly(2, 1);
    assertThat(numbers("action=api_key.create")).containsExactly(3, 1);
    assertThat(numbers("actor=secret_key:instance")).containsExactly(3, 2, 1);
    assertThat(numbers("actor=secret_key:nobody")).isEmpty();
    assertThat(numbers("request_id=" + disabled.getString("request_id"))).containsExactly(2);
    assertThat(numbers("action=api_key.create&object=" + key.getString("id"))).containsExactly(1);
    long at = page("").getJsonArray("data").getJsonObject(0).getLong("at");
    assertThat(numbers("since=" + at)).contains(3);
    assertThat(numbers("since=" + (at + 1))).isEmpty();
    assertThat(numbers("until=" + (at + 1))).containsExactly(3, 2, 1);
    assertThat(numbers("since=0&until=1")).isEmpty();
  }

  @Test
  void a_page_says_how_many_lines_there_are() {
    assertThat(numbers("limit=1&offset=1")).containsExactly(2);
    assertThat(page("limit=1&offset=1").getInteger("total_count")).isEqualTo(3);
    assertThat(page("offset=9").getJsonArray("data")).isEmpty();
    assertThat(page("offset=9").getInteger("total_count")).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({"limit,0", "limit,101", "offset,-1", "since,yesterday", "until,-1", "since,1.5"})
  void what_is_no_question_is_400(String parameter, String value) {
    Answer answer = management.get("/audit?" + parameter + "=" + value);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("form_param_format_invalid");
    assertThat(answer.parameter()).isEqualTo(parameter);
  }

  @Test
  void it_is_closed_to_keys_of_other_areas_and_open_to_one_that_only_reads() {
    assertThat(statusFor("keys")).isEqualTo(403);
    assertThat(statusFor("instance\",\"read_only")).isEqualTo(200);
  }

  private static int statusFor(String areas) {
    try (var stores = TestPostgres.database();
        var cache = TestRedis.start();
        var service = new TestManagement(stores, cache)) {
      String body = "{\"name\":\"reader\",\"areas\":[\"" + areas + "\"]}";
      JsonObject made = service.post("/instance/secret_keys", body).json();
      String credential = "Bearer " + made.getString("secret");
      int read =
          service
              .send(service.request("/audit").setHeader("Authorization", credential).GET())
              .status();
      assertThat(
              service
                  .send(
                      service
                          .request("/audit/verification")
                          .setHeader("Authorization", credential)
                          .GET())
                  .status())
          .isEqualTo(read);
      return read;
    }
  }
}
