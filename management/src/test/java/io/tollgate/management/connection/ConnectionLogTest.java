package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.management.TestManagement;
import io.tollgate.management.connection.ConnectionLog.Channel;
import io.tollgate.management.connection.ConnectionLog.Entry;
import io.tollgate.management.connection.ConnectionLog.Outcome;
import io.tollgate.management.role.DepartedUsers;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of what went on over a connection, and what is not. */
class ConnectionLogTest {
  private static Firm firm;

  private final ConnectionLog log =
      new ConnectionLog(EmailsInLog.MASKED, new SimpleMeterRegistry());
  private JsonObject connection;

  @BeforeAll
  static void start() {
    firm = new Firm();
  }

  @AfterAll
  static void stop() {
    firm.close();
  }

  @BeforeEach
  void found() {
    connection = firm.made(Firm.wanted());
  }

  private static Entry entry(
      JsonObject connection, String code, Outcome outcome, @Nullable String user) {
    JsonObject detail = new JsonObject().put("message", "It is " + code + ".");
    return new Entry(id(connection), Channel.SCIM, code, outcome, user, detail, null);
  }

  private static Entry entry(JsonObject connection, String body) {
    return new Entry(
        id(connection), Channel.SCIM, "scim_ok", Outcome.SUCCESS, null, new JsonObject(), body);
  }

  private JsonArray shown(String query) {
    return firm.management
        .get(Firm.CONNECTIONS + "/" + id(connection) + "/logs" + query)
        .ok()
        .getJsonArray("data");
  }

  private long kept() {
    return Long.parseLong(
        firm.postgres.query(
            "SELECT count(*) FROM tollgate.connection_log WHERE connection_id = '%s'"
                .formatted(id(connection))));
  }

  private void writeAll() {
    boolean isMore = true;
    while (isMore) {
      isMore = log.write(firm.transactions);
    }
  }

  @Test
  void lines_are_shown_the_newest_first_and_found_by_what_they_are_about() {
    log.add(entry(connection, "scim_ok", Outcome.SUCCESS, "user_a"));
    log.add(entry(connection, "scim_user_conflict", Outcome.FAILURE, null));
    writeAll();
    JsonArray all = shown("");
    assertThat(all).hasSize(2);
    JsonObject newest = all.getJsonObject(0);
    assertThat(newest.getString("code")).isEqualTo("scim_user_conflict");
    assertThat(newest.getJsonObject("detail").getString("message"))
        .isEqualTo("It is scim_user_conflict.");
    assertThat(shown("?outcome=failure")).containsExactly(newest);
    assertThat(shown("?code=scim_user_conflict")).containsExactly(newest);
    assertThat(shown("?user_id=user_a")).containsExactly(all.getValue(1));
    assertThat(shown("?channel=saml")).isEmpty();
    assertThat(shown("?limit=1&offset=1")).containsExactly(all.getValue(1));
  }

  @ParameterizedTest
  @CsvSource({"channel=ldap", "outcome=bad", "limit=0", "offset=-1", "code="})
  void what_is_no_question_is_422(String query) {
    String path = Firm.CONNECTIONS + "/" + id(connection) + "/logs?" + query;
    assertThat(firm.management.get(path).status()).isEqualTo(422);
  }

  @Test
  void a_running_service_writes_what_it_is_given() {
    var running = new ConnectionWorker(firm.transactions, log, recompute(), departed());
    var vertx = Vertx.vertx();
    TestManagement.await(
        vertx.deployVerticle(
            running, new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD)));
    log.add(entry(connection, "scim_ok", Outcome.SUCCESS, null));
    // Whatever waits is written before it has stopped.
    TestManagement.await(vertx.close());
    assertThat(kept()).isEqualTo(1);
  }

  private static DepartedUsers departed() {
    return new DepartedUsers(firm.transactions, Duration.ofDays(30), InstantSource.system());
  }

  private static Recompute recompute() {
    return new Recompute(firm.transactions, firm.roles, new MappedAttributes());
  }

  @Test
  void lines_that_are_too_many_to_wait_are_lost_and_counted() {
    for (int i = 0; i < ConnectionLog.WAITING_MAX + 3; i++) {
      log.add(entry(connection, "scim_ok", Outcome.SUCCESS, null));
    }
    assertThat(log.dropped()).isEqualTo(3);
    writeAll();
    assertThat(kept()).isEqualTo(ConnectionLog.WAITING_MAX);
    log.add(entry(connection, "scim_ok", Outcome.SUCCESS, null));
    assertThat(log.dropped()).isEqualTo(3);
  }

  @Test
  void bodies_that_are_too_large_to_wait_are_lost_and_counted() {
    String body = "x".repeat((int) ConnectionLog.WAITING_CHARS_MAX);
    log.add(entry(connection, body));
    log.add(entry(connection, "x"));
    assertThat(log.dropped()).isEqualTo(1);
    writeAll();
    log.add(entry(connection, "x"));
    assertThat(log.dropped()).isEqualTo(1);
  }

  @Test
  void all_that_a_line_holds_is_counted() {
    JsonObject large =
        new JsonObject().put("message", "x".repeat((int) ConnectionLog.WAITING_CHARS_MAX));
    log.add(new Entry(id(connection), Channel.SCIM, "scim_ok", Outcome.SUCCESS, null, large, null));
    assertThat(log.dropped()).isEqualTo(1);
    log.add(entry(connection, "x"));
    assertThat(log.dropped()).isEqualTo(1);
  }

  @Test
  void lines_of_a_connection_that_is_gone_do_not_keep_others_from_being_written() {
    var gone = new JsonObject().put("id", "entconn_" + "0".repeat(27));
    log.add(entry(gone, "scim_ok", Outcome.SUCCESS, null));
    log.add(entry(connection, "scim_ok", Outcome.SUCCESS, null));
    writeAll();
    assertThat(kept()).isEqualTo(1);
  }

  @Test
  void a_line_that_can_not_be_written_loses_itself_alone_and_is_counted() {
    log.add(entry(connection, "scim_first", Outcome.SUCCESS, null));
    log.add(entry(connection, "scim_bad", Outcome.SUCCESS, "user_\0"));
    log.add(entry(connection, "scim_last", Outcome.SUCCESS, null));
    writeAll();
    assertThat(shown("").stream().map(line -> ((JsonObject) line).getString("code")))
        .containsExactly("scim_last", "scim_first");
    assertThat(log.dropped()).isEqualTo(1);
  }

  @Test
  void what_is_written_by_one_statement_is_bounded_in_all_that_the_lines_hold() {
    JsonObject large =
        new JsonObject().put("message", "x".repeat((int) ConnectionLog.WRITTEN_CHARS_MAX / 2));
    for (int i = 0; i < 3; i++) {
      log.add(
          new Entry(id(connection), Channel.SCIM, "scim_ok", Outcome.SUCCESS, null, large, null));
    }
    assertThat(log.write(firm.transactions)).isTrue();
    assertThat(kept()).isEqualTo(1);
    writeAll();
    assertThat(kept()).isEqualTo(3);
  }

  @Test
  void of_addresses_only_the_beginning_and_the_domain_are_kept_unless_they_may_be_whole() {
    JsonObject detail = new JsonObject().put("message", "Another one has ada@byron.example.");
    String body = "{\"emails\":[{\"value\":\"ada@byron.example\"}],\"ada@byron.example\":1}";
    var told =
        new Entry(id(connection), Channel.SCIM, "scim_ok", Outcome.SUCCESS, null, detail, body);
    log.add(told);
    writeAll();
    assertThat(shown("").encode())
        .doesNotContain("ada@")
        .contains("has a***@byron.example.", "\"value\":\"a***@byron.example\"");
    var whole = new ConnectionLog(EmailsInLog.WHOLE, new SimpleMeterRegistry());
    whole.add(told);
    whole.write(firm.transactions);
    assertThat(shown("?limit=1").encode()).contains("has ada@byron.example.").doesNotContain("***");
  }

  @Test
  void what_is_older_than_thirty_days_or_beyond_ten_thousand_is_forgotten() {
    String sql =
        """
        INSERT INTO tollgate.connection_log (connection_id, channel, code, outcome, detail, at)
        SELECT '%s', 'scim', 'scim_ok', 'success', '{}', now() - interval '%d days'
        FROM generate_series(1, %d)
        """;
    firm.postgres.execute(sql.formatted(id(connection), 31, 5));
    firm.postgres.execute(sql.formatted(id(connection), 29, 5));
    ConnectionLog.forget(firm.transactions);
    assertThat(kept()).isEqualTo(5);
    firm.postgres.execute(sql.formatted(id(connection), 0, ConnectionLog.KEPT_MAX));
    ConnectionLog.forget(firm.transactions);
    assertThat(kept()).isEqualTo(ConnectionLog.KEPT_MAX);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"password\":\"hunter2\"}",
        "{\"Password\":{\"value\":\"hunter2\"}}",
        "{\"a\":[{\"oldPassword\":\"hunter2\"}]}",
        "{\"Operations\":[{\"op\":\"replace\",\"path\":\"password\",\"value\":\"hunter2\"}]}",
        "{\"Operations\":[{\"op\":\"replace\",\"Path\":\"password\",\"Value\":\"hunter2\"}]}",
        "{\"Operations\":[{\"op\":\"replace\",\"value\":{\"password\":\"hunter2\"}}]}",
        "{\"urn:x:User:password\":\"hunter2\"}",
        "{\"Operations\":[{\"PATH\":\"urn:x:User:PASSWORD\",\"VALUE\":\"hunter2\"}]}",
        "{\"AccessTOKEN\":\"hunter2\"}",
        "{\"Authorization\":\"hunter2\"}",
        "{\"note\":\"Bearer hunter2\"}",
        "{\"notes\":[\"tgscim_hunter2\"]}",
        "{\"password\":\"hunter2\"",
        "[\"password\",\"hunter2\"]",
        "password=hunter2"
      })
  void no_secret_of_a_body_is_kept(String body) {
    log.add(entry(connection, body));
    writeAll();
    assertThat(shown("").encode()).doesNotContain("hunter2");
  }

  @Test
  void what_is_no_secret_of_a_body_is_kept() {
    log.add(entry(connection, "{\"userName\":\"ada\",\"password\":\"hunter2\",\"n\":[1,\"b\"]}"));
    writeAll();
    assertThat(shown("").getJsonObject(0).getJsonObject("detail").getJsonObject("body"))
        .isEqualTo(
            new JsonObject()
                .put("userName", "ada")
                .put("password", Redaction.MASK)
                .put("n", new JsonArray().add(1).add("b")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\":\"\\u0000\"}", "{\"a\":\"\\ud800\"}", "", "null", "{\"a\":1}x"})
  void a_body_that_can_not_be_kept_loses_no_line(String body) {
    log.add(entry(connection, body));
    log.add(entry(connection, "{".repeat(5_000)));
    log.add(entry(connection, "x".repeat(Redaction.BODY_MAX + 1)));
    writeAll();
    assertThat(shown("")).hasSize(3);
    assertThat(log.dropped()).isZero();
  }
}
