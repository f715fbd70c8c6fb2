package io.tollgate.management.projector;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.store.KeyDocument;
import io.tollgate.store.TestPostgres;
import io.vertx.core.Vertx;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChangeLogTest {
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
        "INSERT INTO tollgate.change_log (number, key_id)"
            + " SELECT number, 'ak_' FROM generate_series(1, "
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
  void a_hole_is_no_batch() {
    postgres.execute(
        "INSERT INTO tollgate.change_log (number, key_id)"
            + " VALUES (1, 'ak_'), (2, 'ak_'), (4, 'ak_')");
    inSession(
        log -> {
          assertThat(log.after(0)).isNull();
          assertThat(log.after(2)).isNull();
          assertThat(log.after(3)).isNotNull();
          assertThat(log.after(4)).isNull();
        });
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
    return ChangeLog.open(vertx, postgres.config(), new KeyDocument(TestManagement.PEPPER));
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
