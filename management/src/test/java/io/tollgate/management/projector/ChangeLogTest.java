package io.tollgate.management.projector;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.projector.TruthStore.Batch;
import io.tollgate.store.Awaiting;
import io.tollgate.store.LogPage.Continuity;
import io.tollgate.store.LogPosition;
import io.tollgate.store.RecordDocument;
import io.tollgate.store.TestPostgres;
import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChangeLogTest {
  private static final AuditEntry ENTRY =
      new AuditEntry("secret_key:instance", "req_", "api_key.test", "ak_", null, null);

  private final Vertx vertx = Vertx.vertx();
  private final TestPostgres postgres = TestPostgres.database();

  @AfterEach
  void stop() {
    TestManagement.await(vertx.close());
    postgres.close();
  }

  @Test
  void the_newest_changes_stay_and_so_does_what_is_not_carried() {
    long counter = ChangeLog.KEPT_MAX + 25_000;
    postgres.execute(
        "INSERT INTO tollgate.change_log (number)"
            + " SELECT number FROM generate_series(1, "
            + counter
            + ") number");
    inSession(log -> log.prune(100, counter));
    assertThat(oldest()).isEqualTo("101");
    inSession(log -> log.prune(counter, counter));
    assertThat(oldest()).isEqualTo("25001");
    inSession(log -> log.prune(counter, counter));
    assertThat(oldest()).isEqualTo("25001");
  }

  @Test
  void what_follows_a_place_joins_on_to_it_or_not() {
    postgres.execute(
        "INSERT INTO tollgate.change_log (number, id) VALUES"
            + " (1, 'a'), (2, 'b'), (4, 'd'), (5, 'e');"
            + "UPDATE tollgate.change_counter SET number = 5, id = 'e'");
    inSession(
        log -> {
          assertThat(log.after(place(4, "d"))).extracting(Batch::last).isEqualTo(place(5, "e"));
          assertThat(continuity(log, place(4, "d"))).isEqualTo(Continuity.WHOLE);
          assertThat(continuity(log, place(5, "e"))).isEqualTo(Continuity.WHOLE);
          // A hole among what follows, or where the place itself was.
          assertThat(continuity(log, LogPosition.START)).isEqualTo(Continuity.PRUNED);
          assertThat(continuity(log, place(2, "b"))).isEqualTo(Continuity.PRUNED);
          assertThat(continuity(log, place(3, "c"))).isEqualTo(Continuity.PRUNED);
          // Another change has the number, or none has it yet.
          assertThat(continuity(log, place(4, "x"))).isEqualTo(Continuity.FORKED);
          assertThat(continuity(log, place(5, "x"))).isEqualTo(Continuity.FORKED);
          assertThat(continuity(log, place(6, "f"))).isEqualTo(Continuity.FORKED);
        });
  }

  private static LogPosition place(long number, String id) {
    return new LogPosition(number, id);
  }

  private static Continuity continuity(ChangeLog log, LogPosition place) {
    return log.after(place).continuity();
  }

  @Test
  void it_hears_of_each_change_when_it_is_committed() {
    var heard = new AtomicInteger();
    var transactions = new Transactions(vertx, postgres.config(), 1);
    DirectStyle.run(
        vertx,
        () -> {
          ChangeLog log = open(heard::incrementAndGet);
          transactions.change(
              change -> {
                var recorded = change.record(ENTRY);
                assertThat(recorded.epoch()).isEqualTo(log.head().epoch());
                assertThat(heard).hasValue(0);
                return recorded;
              });
          Awaiting.until("it is heard", () -> heard.get() == 1);
          log.close();
        });
  }

  @Test
  void a_history_is_renewed_by_whoever_says_so_first() {
    inSession(
        log -> {
          String old = log.head().epoch();
          log.renewHistory(old);
          String renewed = log.head().epoch();
          assertThat(renewed).isNotEqualTo(old);
          log.renewHistory(old);
          assertThat(log.head().epoch()).isEqualTo(renewed);
        });
  }

  @Test
  void since_when_a_history_is_known_is_noted_once() {
    postgres.execute("DELETE FROM tollgate.epoch_seen");
    inSession(ChangeLog::noteEpoch);
    String noted = postgres.query("SELECT epoch || since FROM tollgate.epoch_seen");
    inSession(ChangeLog::noteEpoch);
    assertThat(postgres.query("SELECT epoch || since FROM tollgate.epoch_seen")).isEqualTo(noted);
  }

  @Test
  void only_gateways_that_no_revocation_waits_for_leave_the_list() {
    postgres.execute(
        """
        INSERT INTO tollgate.gateway
          (name, boot, bound_millis, absence_max_millis, epoch, number, seen_at)
        VALUES ('alive', '', 100, 1000, '', -1, now()),
          ('silent', '', 100, 1000, '', -1, now() - interval '50 seconds'),
          ('patient', '', 100, 3600000, '', -1, now() - interval '1 hour'),
          ('dead', '', 100, 1000, '', -1, now() - interval '62 seconds')
        """);
    inSession(ChangeLog::dropDeadGateways);
    assertThat(postgres.query("SELECT string_agg(name, ' ' ORDER BY name) FROM tollgate.gateway"))
        .isEqualTo("alive patient silent");
  }

  @Test
  void of_two_sessions_one_leads_until_it_ends() {
    inSession(
        first -> {
          assertThat(first.leads()).isTrue();
          assertThat(first.leads()).isTrue();
          ChangeLog second = open();
          assertThat(second.leads()).isFalse();
          second.close();
        });
    inSession(later -> assertThat(later.leads()).isTrue());
  }

  private String oldest() {
    return postgres.query("SELECT min(number) FROM tollgate.change_log");
  }

  private ChangeLog open() {
    return open(() -> {});
  }

  private ChangeLog open(Runnable onChange) {
    return ChangeLog.open(
        vertx, postgres.config(), new RecordDocument(TestManagement.PEPPER), onChange);
  }

  private void inSession(Consumer<ChangeLog> work) {
    DirectStyle.run(
        vertx,
        () -> {
          ChangeLog log = open();
          try {
            work.accept(log);
          } finally {
            log.close();
          }
        });
  }
}
