package io.tollgate.management.billing;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GET /usage/export: the ledger's rows of a month, as they stand. */
class UsageExportTest {
  private static final String HEADER =
      "hour,subject,key_id,plan_version_id,came_at,keys_created,verified,refused,status_1xx,"
          + "status_2xx,status_3xx,status_4xx,status_5xx,unanswered";

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static TestManagement management;
  private static final List<String> rows = new ArrayList<>();

  @BeforeAll
  static void use_a_little() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
    var ledger = new Ledger(postgres);
    String one = Ledger.subject();
    String two = Ledger.subject();
    String key = Ledger.key();
    ledger.use(one, "2026-05-31T23:00Z", key, "pver_1", "verified = 9223372036854775807");
    ledger.use(two, "2026-05-01T00:00Z", key, "", "keys_created = 1, status_5xx = 2");
    ledger.use(one, "2026-05-01T00:00Z", key, "", "verified = 3");
    ledger.use(one, "2026-05-01T00:00Z", key, "", "2026-06-01T07:00Z", "verified = 4");
    ledger.use(one, "2026-05-02T00:00Z", "a, \"b\"", "", "verified = 5");
    ledger.use(one, "2026-04-30T23:00Z", key, "", "verified = 1");
    ledger.use(one, "2026-06-01T00:00Z", key, "", "verified = 1");
    String first = "2026-05-01T00:00:00Z";
    rows.add(first + "," + one + "," + key + ",," + first + ",0,3,0,0,0,0,0,0,0");
    rows.add(first + "," + one + "," + key + ",,2026-06-01T07:00:00Z,0,4,0,0,0,0,0,0,0");
    rows.add(first + "," + two + "," + key + ",," + first + ",1,0,0,0,0,0,0,2,0");
    String second = "2026-05-02T00:00:00Z";
    rows.add(second + "," + one + ",\"a, \"\"b\"\"\",," + second + ",0,5,0,0,0,0,0,0,0");
    String last = "2026-05-31T23:00:00Z";
    rows.add(
        last + "," + one + "," + key + ",pver_1," + last + ",0,9223372036854775807,0,0,0,0,0,0,0");
  }

  @AfterAll
  static void stop() {
    management.close();
    redis.close();
    postgres.close();
  }

  private static Answer export(String query) {
    Answer answer = management.get("/usage/export?" + query);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("text/csv");
    return answer;
  }

  @Test
  void a_month_is_told_row_by_row_behind_a_line_of_names() {
    Answer answer = export("period=2026-05");
    assertThat(answer.body()).isEqualTo(HEADER + "\r\n" + String.join("\r\n", rows) + "\r\n");
    assertThat(answer.header(UsageExport.NEXT)).isNull();
    assertThat(export("period=2026-07").body()).isEqualTo(HEADER + "\r\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void in_parts_it_is_the_same(int limit) {
    List<String> told = new ArrayList<>();
    String cursor = "";
    while (cursor != null) {
      Answer answer = export("period=2026-05&limit=" + limit + cursor);
      List<String> lines = answer.body().lines().toList();
      assertThat(lines.getFirst()).isEqualTo(HEADER);
      assertThat(lines.size()).isLessThanOrEqualTo(limit + 1);
      told.addAll(lines.subList(1, lines.size()));
      String next = answer.header(UsageExport.NEXT);
      cursor = next == null ? null : "&cursor=" + next;
    }
    assertThat(told).isEqualTo(rows);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "period=2026",
        "period=2026-05&limit=0",
        "period=2026-05&limit=10001",
        "period=2026-05&cursor=x",
        "period=2026-05&cursor=*",
        "period=2026-05&cursor=MQoKCgp4",
        "period=2026-05&cursor=MQoACgoKMQ",
        "period=2026-05&cursor=OTk5OTk5OTk5OTk5CgoKCjA"
      })
  void what_is_no_question_is_422(String query) {
    Answer answer = management.get("/usage/export?" + query);
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.code()).isEqualTo("form_param_format_invalid");
  }

  @Test
  void a_month_must_be_named() {
    Answer answer = management.get("/usage/export");
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.code()).isEqualTo("missing_query_parameter");
    assertThat(answer.parameter()).isEqualTo("period");
  }
}
