package io.tollgate.management.billing;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.audit.Transactions;
import io.tollgate.store.TestPostgres;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A ledger whose usage becomes events, and a server that sinks tell of them. */
abstract class EventsToTell {
  static final Instant TEN = Instant.parse("2026-05-07T10:00:00Z");

  /** Long enough for any answer on a busy machine; only what hangs takes as long. */
  private static final Duration DEADLINE = Duration.ofSeconds(2);

  TestPostgres postgres;
  Vertx vertx;
  Transactions transactions;
  UsageGathering gathering;
  Ledger ledger;
  RecordingServer server;
  HttpCaller http;
  String subject;
  String key;
  Instant now = TEN.plus(Duration.ofMinutes(75));

  @BeforeEach
  void start() throws Exception {
    postgres = TestPostgres.database();
    vertx = Vertx.vertx();
    transactions = new Transactions(vertx, postgres.config(), 4);
    gathering = new UsageGathering(transactions);
    ledger = new Ledger(postgres);
    server = new RecordingServer();
    http = new HttpCaller(DEADLINE);
    subject = Ledger.subject();
    key = Ledger.key();
  }

  @AfterEach
  void stop() {
    http.close();
    server.close();
    TestManagement.await(transactions.close());
    TestManagement.await(vertx.close());
    postgres.close();
  }

  void use(String counts) {
    ledger.use(subject, "2026-05-07T10:00Z", key, "", counts);
  }

  void gather() {
    while (gathering.step(now)) {
      assertThat(postgres.query("SELECT count(*) FROM tollgate.usage_event")).isNotEqualTo("0");
    }
  }

  String grow(int verified) {
    return "UPDATE tollgate.usage_hour SET verified = " + verified;
  }
}
