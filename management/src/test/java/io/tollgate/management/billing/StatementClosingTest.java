package io.tollgate.management.billing;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.audit.Transactions;
import io.tollgate.store.TestPostgres;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Months are closed one after the other, by steps of some payers, whoever asks or not. */
class StatementClosingTest {
  private static final Month FEBRUARY = Month.of("2026-02").orElseThrow();
  private static final Instant IN_TIME = FEBRUARY.closesAt().toInstant();

  private TestPostgres postgres;
  private Vertx vertx;
  private Transactions transactions;
  private Statements statements;
  private StatementClosing closing;
  private Ledger ledger;
  private Ledger.Version version;

  @BeforeEach
  void start() {
    postgres = TestPostgres.database();
    vertx = Vertx.vertx();
    transactions = new Transactions(vertx, postgres.config(), 4);
    statements = new Statements(transactions);
    closing = new StatementClosing(transactions, statements);
    ledger = new Ledger(postgres);
    version = ledger.plan("USD", Ledger.PRICES);
  }

  @AfterEach
  void stop() {
    TestManagement.await(transactions.close());
    TestManagement.await(vertx.close());
    postgres.close();
  }

  private int steps(Instant now) {
    int steps = 0;
    while (closing.step(now)) {
      steps++;
    }
    return steps;
  }

  private String closed() {
    return postgres.query(
        "SELECT coalesce(string_agg(period || ' ' || payer, ',' ORDER BY period, payer), '')"
            + " FROM tollgate.statement");
  }

  private List<String> payers(int count) {
    List<String> payers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String payer = Ledger.subject();
      ledger.use(payer, "2026-02-10T00:00Z", Ledger.key(), version.id(), "verified = 200000");
      payers.add(payer);
    }
    return payers;
  }

  @Test
  void a_month_is_closed_49_hours_after_its_end_and_not_before() {
    String payer = payers(1).getFirst();
    assertThat(steps(IN_TIME.minusMillis(1))).isZero();
    assertThat(closed()).isEmpty();
    steps(IN_TIME);
    assertThat(closed()).isEqualTo("2026-02-01 " + payer);
    assertThat(IN_TIME).isEqualTo(Instant.parse("2026-03-03T01:00:00Z"));
  }

  @Test
  void all_payers_are_closed_some_at_each_step() {
    List<String> payers = payers(StatementClosing.AT_ONCE + 7);
    String subscriber = Ledger.subject();
    ledger.period(subscriber, version, "2026-02-28Z", "2026-03-28Z", 500);
    payers.add(subscriber);
    assertThat(steps(IN_TIME)).as("beginning, and two steps").isEqualTo(3);
    Collections.sort(payers);
    assertThat(closed())
        .isEqualTo(String.join(",", payers.stream().map(p -> "2026-02-01 " + p).toList()));
    assertThat(steps(IN_TIME)).as("nothing is left").isZero();
  }

  @Test
  void months_follow_each_other_and_a_month_without_anything_holds_nobody_up() {
    String payer = Ledger.subject();
    ledger.use(payer, "2025-11-10T00:00Z", Ledger.key(), version.id(), "verified = 1");
    ledger.use(payer, "2026-02-10T00:00Z", Ledger.key(), version.id(), "verified = 1");
    steps(IN_TIME);
    assertThat(closed()).isEqualTo("2025-11-01 " + payer + ",2026-02-01 " + payer);
  }

  @Test
  void who_has_no_plan_has_no_statement_from_here() {
    String machine = Ledger.subject().replace("org_", "mch_");
    ledger.use(machine, "2026-02-10T00:00Z", Ledger.key(), "", "verified = 1");
    steps(IN_TIME);
    assertThat(closed()).isEmpty();
  }

  @Test
  void several_that_close_at_once_write_what_one_would() {
    List<String> payers = payers(20);
    List<CompletableFuture<Integer>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(CompletableFuture.supplyAsync(() -> steps(IN_TIME)));
    }
    all.forEach(CompletableFuture::join);
    assertThat(postgres.query("SELECT count(*) FROM tollgate.statement"))
        .isEqualTo(Integer.toString(payers.size()));
  }

  @Test
  void rated_again_from_the_ledger_each_statement_is_the_same_to_the_byte() {
    List<String> payers = payers(5);
    for (String payer : payers) {
      ledger.use(payer, "2026-02-11T00:00Z", Ledger.key(), "", "verified = 2");
      ledger.use(
          payer,
          "2026-01-11T00:00Z",
          Ledger.key(),
          version.id(),
          "2026-02-20T00:00Z",
          "verified = 100777");
      ledger.period(payer, version, "2026-02-14Z", "2026-03-14Z", 500);
    }
    steps(IN_TIME);
    // What may happen later: late uses, periods that follow, another name, another default.
    for (String payer : payers) {
      ledger.use(
          payer,
          "2026-02-10T00:00Z",
          Ledger.key(),
          version.id(),
          "2026-03-09T00:00Z",
          "verified = 400000");
    }
    postgres.execute("UPDATE tollgate.plan SET name = 'renamed', is_default = true");
    for (String payer : payers) {
      var id = new StatementId(payer, FEBRUARY);
      String written =
          postgres.query(
              "SELECT body FROM tollgate.statement WHERE payer = '%s' AND period = '2026-02-01'"
                  .formatted(payer));
      assertThat(statements.rate(id, true)).contains(written);
    }
  }

  private String state() {
    return postgres.query(
        "SELECT period || ' ' || walked || ' ' || done FROM tollgate.statement_closing"
            + " ORDER BY period DESC LIMIT 1");
  }

  /** Lets the time pass after which those who were left are tried again. */
  private void later() {
    postgres.execute("UPDATE tollgate.statement_left SET try_at = now()");
  }

  @Test
  void nobody_is_closed_before_his_periods_have_been_made_good() {
    String payer = Ledger.subject();
    String other = payers(1).getFirst();
    String item = ledger.period(payer, version, "2026-01-15Z", "2026-02-15Z", 500);
    postgres.execute("DELETE FROM tollgate.statement_closing");
    steps(IN_TIME);
    later();
    steps(IN_TIME);
    assertThat(closed()).as("January is whole").contains("2026-01-01 " + payer);
    assertThat(closed()).contains("2026-02-01 " + other).doesNotContain("2026-02-01 " + payer);
    assertThat(state()).isEqualTo("2026-02-01 true false");
    var id = new StatementId(payer, FEBRUARY);
    ledger.use(payer, "2026-02-10T00:00Z", Ledger.key(), version.id(), "verified = 1");
    assertThat(statements.find(id, IN_TIME)).get().asString().contains("\"status\":\"open\"");
    renew(item);
    later();
    steps(IN_TIME);
    assertThat(closed()).contains("2026-02-01 " + payer);
    assertThat(statements.find(id, IN_TIME)).get().asString().contains(item, "\"closed\"");
    assertThat(state()).isEqualTo("2026-02-01 true true");
  }

  private void renew(String item) {
    postgres.execute(
        """
        INSERT INTO tollgate.subscription_period (
          item_id, payer, version_id, plan_period, is_free_trial, period_start, period_end, amount)
        SELECT item_id, payer, version_id, plan_period, false, '2026-02-15Z', '2026-03-15Z', 500
        FROM tollgate.subscription_period WHERE item_id = '%1$s';
        UPDATE tollgate.subscription_item
        SET period_start = '2026-02-15Z', period_end = '2026-03-15Z' WHERE id = '%1$s';
        """
            .formatted(item));
  }

  @Test
  void whoever_can_not_be_rated_holds_nobody_up_and_is_tried_again() {
    List<String> payers = payers(5);
    Ledger.Version broken = ledger.plan("USD", "[{\"name\": 1}]");
    String first = "org_000000000000000000000000000".substring(0, 31);
    ledger.use(first, "2026-02-10T00:00Z", Ledger.key(), broken.id(), "verified = 200000");
    steps(IN_TIME);
    Collections.sort(payers);
    assertThat(closed())
        .isEqualTo(String.join(",", payers.stream().map(p -> "2026-02-01 " + p).toList()));
    assertThat(state()).isEqualTo("2026-02-01 true false");
    postgres.execute(
        "UPDATE tollgate.plan_version SET unit_prices = '[]' WHERE id = '" + broken.id() + "'");
    steps(IN_TIME);
    assertThat(closed()).as("not at once").doesNotContain(first);
    later();
    steps(IN_TIME);
    assertThat(closed()).startsWith("2026-02-01 " + first);
    assertThat(state()).isEqualTo("2026-02-01 true true");
  }

  @Test
  void a_clock_that_goes_ahead_closes_nothing() {
    String payer = Ledger.subject();
    Month running = Month.at(PostgresTime.now(transactions));
    ledger.use(payer, running + "-01T00:00Z", Ledger.key(), version.id(), "verified = 1");
    Instant ahead = running.closesAt().toInstant();
    assertThat(statements.find(new StatementId(payer, running), ahead))
        .get()
        .asString()
        .contains("\"status\":\"open\"");
    assertThat(closed()).isEmpty();
  }
}
