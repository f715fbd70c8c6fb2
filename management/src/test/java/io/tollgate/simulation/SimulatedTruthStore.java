package io.tollgate.simulation;

import io.tollgate.key.KeyDigest;
import io.tollgate.management.projector.TruthStore;
import io.tollgate.management.projector.Write;
import io.tollgate.store.LogPosition;
import io.tollgate.store.RedisNames;
import io.tollgate.store.StoredRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a projector has of the modelled Postgres. */
record SimulatedTruthStore(
    DirectThread thread,
    DirectLine<PostgresServer.Session> line,
    PostgresServer postgres,
    Codec codec,
    Names names,
    Coverage coverage)
    implements TruthStore {
  private <R> R ask(Function<PostgresState, R> statement) {
    return line.ask(thread, session -> statement.apply(postgres.state()));
  }

  boolean tryLock() {
    return line.ask(thread, postgres::tryLock);
  }

  /** Hears of every change from now on. */
  void listen(Runnable onChange) {
    line.ask(
        thread,
        session -> {
          postgres.listen(session, line.arrival(onChange));
          return true;
        });
  }

  /** Notes since when the log's history is known, if that is not noted yet. */
  void noteEpoch() {
    ask(state -> state.epochsSeen.putIfAbsent(state.epoch(), postgres.millis()) == null);
  }

  /** Takes gateways off the list that are dead for longer than anybody waits for them. */
  void dropDeadGateways(long marginMillis) {
    ask(
        state ->
            state
                .gateways
                .values()
                .removeIf(
                    row ->
                        row.seenAtMillis() + row.absenceMaxMillis() + marginMillis
                            < postgres.millis()));
  }

  @Override
  public Head head() {
    return ask(SimulatedTruthStore::head);
  }

  private static Head head(PostgresState state) {
    return new Head(state.epoch(), state.counter());
  }

  @Override
  public Batch after(LogPosition place) {
    return ask(
        state -> {
          PostgresState.Page page = state.after(place);
          return new Batch(
              head(state), page.continuity(), page.last(), writes(state, page.changed()));
        });
  }

  private List<Write> writes(PostgresState state, Collection<KeyDigest> digests) {
    List<Write> writes = new ArrayList<>();
    for (KeyDigest digest : digests) {
      StoredRecord record = Objects.requireNonNull(state.record(digest), "nothing is removed");
      writes.add(new Write(RedisNames.record(digest), codec.document(digest, record)));
    }
    return writes;
  }

  @Override
  public Page page(String place) {
    return ask(
        state -> {
          Map.Entry<String, List<KeyDigest>> next = state.keyAfter(place);
          return next == null
              ? new Page(List.of(), null)
              : new Page(writes(state, next.getValue()), next.getKey());
        });
  }

  @Override
  public Set<KeyDigest> known(Collection<KeyDigest> digests) {
    return ask(
        state ->
            digests.stream()
                .filter(digest -> state.record(digest) != null)
                .collect(Collectors.toSet()));
  }

  @Override
  public void renewHistory(String epoch) {
    coverage.count(Covered.HISTORY_RENEWED);
    String history = names.fresh("history");
    ask(
        state -> {
          if (state.epoch().equals(epoch)) {
            state.beginHistory(history);
          }
          return true;
        });
  }
}
