package io.tollgate.simulation;

import io.tollgate.key.KeyDigest;
import io.tollgate.store.RecordSource;
import io.tollgate.store.StoredRecord;
import io.vertx.core.Future;
import java.util.Optional;

/** What a gateway has of the keys in the modelled Postgres. */
final class SimulatedKeys implements RecordSource {
  static final long DEADLINE_NANOS = 500 * Scheduler.MILLI;
  static final long CONNECT_DEADLINE_NANOS = 2 * Scheduler.SECOND;

  private final PostgresServer postgres;
  private final Judge judge;
  private final Link<PostgresServer.Session> link;

  SimulatedKeys(Node node, Cable cable, PostgresServer postgres, Judge judge, long deadlineNanos) {
    this.judge = judge;
    this.postgres = postgres;
    link =
        new Link<>(
            node,
            (number, opened, ended) ->
                Line.dial(node, cable, postgres, first -> {}, open -> opened.run(), ended),
            deadlineNanos,
            CONNECT_DEADLINE_NANOS);
    link.open();
  }

  @Override
  public Future<Optional<StoredRecord>> find(KeyDigest address) {
    return link.call(session -> Optional.ofNullable(postgres.state().record(address)))
        .onSuccess(record -> judge.read(address, record.orElse(null)));
  }

  void close() {
    link.close();
  }

  void abandon(boolean noticed) {
    link.abandon(noticed);
  }
}
