package io.tollgate.simulation;

import io.tollgate.simulation.PostgresState.Listed;
import io.tollgate.store.ChangeFeed;
import io.tollgate.store.GatewayName;
import io.tollgate.store.LogPage;
import io.tollgate.store.LogPosition;
import io.vertx.core.Future;

/** What a gateway has of the change log and the list in the modelled Postgres. */
final class SimulatedLog implements ChangeFeed {
  private final PostgresServer postgres;
  private final GatewayName self;
  private final Link<PostgresServer.Session> link;
  private int renewals;

  SimulatedLog(
      Node node, Cable cable, PostgresServer postgres, GatewayName self, long deadlineNanos) {
    this.postgres = postgres;
    this.self = self;
    link =
        new Link<>(
            node,
            (number, opened, ended) ->
                Line.dial(node, cable, postgres, first -> {}, open -> opened.run(), ended),
            deadlineNanos,
            SimulatedKeys.CONNECT_DEADLINE_NANOS);
    link.open();
  }

  @Override
  public Future<LogPage> poll(String epoch, LogPosition after) {
    return link.call(session -> postgres.state().poll(epoch, after, postgres.millis()));
  }

  @Override
  public Future<Void> register() {
    return link.call(session -> postgres.state().gateways.put(self.name(), listed("", -1)))
        .mapEmpty();
  }

  private Listed listed(String epoch, long number) {
    return new Listed(
        self.boot(),
        self.bound().toMillis(),
        self.absenceMax().toMillis(),
        epoch,
        number,
        postgres.millis());
  }

  private boolean isListed() {
    Listed row = postgres.state().gateways.get(self.name());
    return row != null && row.boot().equals(self.boot());
  }

  @Override
  public Future<Boolean> confirm(String epoch, LogPosition upTo) {
    return link.call(
        session -> {
          boolean listed = isListed() && postgres.state().holds(upTo);
          if (listed) {
            postgres.state().gateways.put(self.name(), listed(epoch, upTo.number()));
          }
          return listed;
        });
  }

  @Override
  public Future<Void> renewHistory(String epoch) {
    String history = "of " + self.boot() + ", " + ++renewals;
    return link.call(
            session -> {
              if (postgres.state().epoch().equals(epoch)) {
                postgres.state().beginHistory(history);
              }
              return true;
            })
        .mapEmpty();
  }

  @Override
  public Future<Void> leave() {
    return link.call(
            session -> {
              if (isListed()) {
                postgres.state().gateways.remove(self.name());
              }
              return true;
            })
        .mapEmpty();
  }

  void close() {
    link.close();
  }

  void abandon(boolean noticed) {
    link.abandon(noticed);
  }
}
