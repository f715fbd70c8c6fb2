package io.tollgate.simulation;

import io.tollgate.management.projector.Evidence;
import io.tollgate.store.StoreUnreachable;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one revocation's proof sees of the modelled stores. */
record SimulatedEvidence(
    DirectThread thread, Node node, SimulatedManagement owner, PostgresServer postgres)
    implements Evidence {
  private static final Duration EVER = Duration.ofDays(1_000);

  @Override
  public Optional<Look> look(Duration within) {
    Promise<Optional<Look>> looker = owner.projector().look();
    node.after(within.toNanos(), () -> looker.tryComplete(Optional.empty()));
    return thread.await(looker.future());
  }

  @Override
  public Optional<Roll> roll(Duration within) {
    try {
      return Optional.of(owner.transact(thread, session -> roll(), within.toNanos()));
    } catch (StoreUnreachable unreachable) {
      return Optional.empty();
    }
  }

  private Roll roll() {
    PostgresState state = postgres.state();
    long nowMillis = postgres.millis();
    Long since = state.epochsSeen.get(state.epoch());
    List<Gateway> gateways =
        state.gateways.entrySet().stream()
            .map(
                row ->
                    new Gateway(
                        row.getKey(),
                        row.getValue().epoch(),
                        row.getValue().number(),
                        Duration.ofMillis(row.getValue().boundMillis()),
                        Duration.ofMillis(row.getValue().absenceMaxMillis()),
                        Duration.ofMillis(nowMillis - row.getValue().seenAtMillis())))
            .toList();
    return new Roll(state.epoch(), age(since, nowMillis), gateways);
  }

  private static Duration age(@Nullable Long since, long nowMillis) {
    if (since == null) {
      return Duration.ZERO;
    }
    return since == Long.MIN_VALUE ? EVER : Duration.ofMillis(nowMillis - since);
  }

  @Override
  public long nanos() {
    return node.machine().nanos();
  }

  @Override
  public void pause(Duration rest) {
    Promise<Boolean> over = Promise.promise();
    node.after(rest.toNanos(), () -> over.tryComplete(true));
    thread.await(over.future());
  }
}
