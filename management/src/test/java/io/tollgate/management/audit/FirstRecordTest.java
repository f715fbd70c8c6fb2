package io.tollgate.management.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.Subject;
import io.tollgate.management.TestManagement;
import io.tollgate.store.RecordName;
import io.tollgate.store.StoredRecord;
import io.tollgate.store.SubjectRecord;
import io.tollgate.store.TestPostgres;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several who need the record of a subject at the very moment that nobody has made it yet. */
class FirstRecordTest {
  private static final int AT_ONCE = 8;
  private static final int ROUNDS = 300;

  private TestPostgres postgres;
  private Vertx vertx;
  private Transactions transactions;
  private ExecutorService callers;

  @BeforeEach
  void start() {
    postgres = TestPostgres.database();
    vertx = Vertx.vertx();
    transactions = new Transactions(vertx, postgres.config(), AT_ONCE);
    callers = Executors.newFixedThreadPool(AT_ONCE);
  }

  @AfterEach
  void stop() {
    callers.shutdownNow();
    TestManagement.await(transactions.close());
    TestManagement.await(vertx.close());
    postgres.close();
  }

  private void allFind(Function<Change, StoredRecord> work) throws Exception {
    var together = new CyclicBarrier(AT_ONCE);
    List<Future<StoredRecord>> all = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      all.add(
          callers.submit(
              () -> {
                together.await();
                return transactions.change(work);
              }));
    }
    for (Future<StoredRecord> each : all) {
      assertThat(each.get()).isEqualTo(SubjectRecord.DEFAULTS);
    }
  }

  @Test
  void all_find_it() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      RecordName name = RecordName.subject(new Subject(TestManagement.subject()));
      allFind(change -> change.lockOrPut(name, SubjectRecord.DEFAULTS));
    }
  }

  @Test
  void all_find_it_among_several() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      RecordName name = RecordName.subject(new Subject(TestManagement.subject()));
      RecordName other = RecordName.subject(new Subject(TestManagement.subject()));
      allFind(
          change ->
              change.lockOrPut(List.of(name, other), SubjectRecord.DEFAULTS).values().stream()
                  .findFirst()
                  .orElseThrow());
    }
  }
}
