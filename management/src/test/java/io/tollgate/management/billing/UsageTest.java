package io.tollgate.management.billing;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GET /usage: sums of the ledger, by time and by whom. */
class UsageTest {
  private static final long MAY_1 = Instant.parse("2026-05-01T00:00:00Z").toEpochMilli();
  private static final long MAY_3 = Instant.parse("2026-05-03T00:00:00Z").toEpochMilli();
  private static final long DAY = 86_400_000;
  private static final String SPAN = "&from=" + MAY_1 + "&to=" + MAY_3;

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static TestManagement management;
  private static Ledger ledger;

  private static Ledger.Version old;
  private static Ledger.Version young;
  private static String subject;
  private static String other;
  private static String first;
  private static String second;

  @BeforeAll
  static void use_a_little() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
    ledger = new Ledger(postgres);
    old = ledger.plan("USD", Ledger.PRICES);
    young = ledger.version(old.planId(), 2, "USD", Ledger.PRICES);
    subject = Ledger.subject();
    other = Ledger.subject();
    first = Ledger.key();
    second = Ledger.key();
    ledger.use(
        subject,
        "2026-05-01T00:00Z",
        first,
        old.id(),
        "keys_created = 1, verified = 20, refused = 2, status_1xx = 1, status_2xx = 3,"
            + " status_3xx = 4, status_4xx = 5, status_5xx = 2, unanswered = 1");
    ledger.use(subject, "2026-05-01T23:00Z", second, young.id(), "verified = 7");
    ledger.use(subject, "2026-05-02T00:00Z", second, "", "verified = 100");
    ledger.use(subject, "2026-05-02T00:00Z", second, "", "2026-05-09T10:00Z", "verified = 11");
    ledger.use(subject, "2026-05-03T00:00Z", first, old.id(), "verified = 1000");
    ledger.use(other, "2026-05-02T05:00Z", Ledger.key(), young.id(), "verified = 50");
  }

  @AfterAll
  static void stop() {
    management.close();
    redis.close();
    postgres.close();
  }

  private static JsonObject page(String query) {
    Answer answer = management.get("/usage?" + query);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  private static List<String> told(String query, String... members) {
    return page(query).getJsonArray("data").stream()
        .map(JsonObject.class::cast)
        .map(
            row ->
                String.join(
                    " ",
                    List.of(members).stream().map(member -> "" + row.getValue(member)).toList()))
        .toList();
  }

  @Test
  void all_that_is_counted_is_told_by_meter_and_by_what_the_upstream_answered() {
    JsonObject row = page("key_id=" + first + SPAN).getJsonArray("data").getJsonObject(0);
    assertThat(row)
        .isEqualTo(
            new JsonObject()
                .put("object", "usage")
                .put("start", MAY_1)
                .putNull("key_id")
                .putNull("subject")
                .putNull("plan_id")
                .put("key_creations", 1)
                .put("verified", 20)
                .put("forwarded", 16)
                .put("completed", 13)
                .put("refused", 2)
                .put(
                    "by_status",
                    new JsonObject()
                        .put("1xx", 1)
                        .put("2xx", 3)
                        .put("3xx", 4)
                        .put("4xx", 5)
                        .put("5xx", 2)
                        .put("unanswered", 1)));
  }

  @Test
  void spans_are_summed_up_in_utc_from_the_first_to_before_the_last() {
    assertThat(told("subject=" + subject + SPAN, "start", "verified"))
        .containsExactly(MAY_1 + " 27", (MAY_1 + DAY) + " 111");
    assertThat(told("subject=" + subject + "&granularity=hour" + SPAN, "start", "verified"))
        .containsExactly(MAY_1 + " 20", (MAY_1 + DAY - 3_600_000) + " 7", (MAY_1 + DAY) + " 111");
    assertThat(told("subject=" + subject + "&granularity=month" + SPAN, "start", "verified"))
        .as("a month that is begun is asked for whole")
        .containsExactly(MAY_1 + " 1138");
  }

  @Test
  void what_came_late_is_told_in_the_hour_of_its_use() {
    assertThat(told("key_id=" + second + "&granularity=hour" + SPAN, "start", "verified"))
        .contains((MAY_1 + DAY) + " 111");
  }

  @Test
  void sums_are_made_apart_for_keys_subjects_and_plans() {
    assertThat(told("subject=" + subject + "&group_by=key" + SPAN, "start", "key_id", "verified"))
        .containsExactly(
            MAY_1 + " " + first + " 20",
            MAY_1 + " " + second + " 7",
            (MAY_1 + DAY) + " " + second + " 111");
    assertThat(told("subject=" + subject + "&group_by=plan" + SPAN, "plan_id", "verified"))
        .containsExactly(old.planId() + " 27", "null 111");
    assertThat(told("plan_id=" + old.planId() + "&group_by=subject" + SPAN, "subject", "verified"))
        .as("all versions of the plan, and nothing without a plan")
        .containsExactly(subject + " 27", other + " 50");
  }

  @Test
  void one_meter_may_be_told_alone_where_it_counted_anything() {
    assertThat(told("subject=" + subject + "&meter=completed" + SPAN, "meter", "units"))
        .containsExactly("completed 13");
    assertThat(told("subject=" + subject + "&meter=refused" + SPAN, "units")).containsExactly("2");
  }

  @Test
  void a_page_says_how_many_rows_there_are_and_goes_on_where_the_last_one_ended() {
    String query = "subject=" + subject + "&group_by=key&limit=2" + SPAN;
    assertThat(told(query, "verified")).containsExactly("20", "7");
    assertThat(told(query + "&offset=2", "verified")).containsExactly("111");
    assertThat(told(query + "&offset=9", "verified")).isEmpty();
    for (String offset : List.of("0", "2", "9")) {
      JsonObject page = page(query + "&offset=" + offset);
      assertThat(page.getInteger("total_count")).isEqualTo(3);
      assertThat(page.getLong("from")).isEqualTo(MAY_1);
      assertThat(page.getLong("to")).isEqualTo(MAY_3);
    }
  }

  @Test
  void minutes_come_from_a_table_of_their_own() {
    postgres.execute(
        """
        INSERT INTO tollgate.usage_minute (minute, subject, key_id, version_id, verified)
        VALUES ('2026-05-01T00:01Z', '%1$s', '%2$s', '', 3),
          ('2026-05-01T00:02Z', '%1$s', '%2$s', '', 4)
        """
            .formatted(subject, first));
    String query = "key_id=" + first + "&granularity=minute&from=" + MAY_1;
    assertThat(told(query + "&to=" + (MAY_1 + 120_001), "start", "verified"))
        .as("to is rounded up to a whole minute")
        .containsExactly((MAY_1 + 60_000) + " 3", (MAY_1 + 120_000) + " 4");
  }

  @Test
  void a_sum_beyond_what_a_long_holds_is_exact() {
    String many = Ledger.subject();
    for (int i = 0; i < 3; i++) {
      ledger.use(many, "2026-05-01T00:00Z", Ledger.key(), "", "verified = 9223372036854775807");
    }
    JsonArray data = page("subject=" + many + SPAN).getJsonArray("data");
    assertThat(data.getJsonObject(0).getValue("verified"))
        .isEqualTo(BigInteger.valueOf(Long.MAX_VALUE).multiply(BigInteger.valueOf(3)));
  }

  @Test
  void without_times_the_last_days_are_told() {
    String recent = Ledger.subject();
    ledger.use(recent, "now'::timestamptz - interval '3 days", Ledger.key(), "", "verified = 5");
    ledger.use(recent, "now'::timestamptz - interval '33 days", Ledger.key(), "", "verified = 6");
    assertThat(told("subject=" + recent, "verified")).containsExactly("5");
    assertThat(told("subject=" + recent + "&granularity=month&meter=verified", "units"))
        .isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "key_id, ak_1",
    "subject, user_1",
    "plan_id, plan_1",
    "meter, requests",
    "granularity, week",
    "group_by, version",
    "from, yesterday",
    "from, -1",
    "from, 4102444800000",
    "from, 0",
    "to, 0",
    "limit, 501",
    "limit, 0",
    "offset, -1"
  })
  void what_is_no_question_is_422(String parameter, String value) {
    String subjects = parameter.equals("subject") ? "" : "subject=" + subject + "&";
    Answer answer = management.get("/usage?" + subjects + parameter + "=" + value);
    assertThat(answer.status()).as(answer.body()).isEqualTo(422);
    assertThat(answer.code()).isEqualTo("form_param_format_invalid");
    assertThat(answer.parameter()).isEqualTo(parameter.equals("to") ? "from" : parameter);
  }

  @Test
  void who_asks_for_everything_is_told_to_name_somebody() {
    for (String query :
        List.of("", "group_by=plan", "granularity=minute&plan_id=" + old.planId())) {
      Answer answer = management.get("/usage?" + query);
      assertThat(answer.status()).isEqualTo(422);
      assertThat(answer.code()).isEqualTo("missing_query_parameter");
      assertThat(answer.parameter()).isEqualTo("subject");
    }
  }
}
