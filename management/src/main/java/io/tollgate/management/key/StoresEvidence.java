package io.tollgate.management.key;

import io.tollgate.management.audit.Transactions;
import io.tollgate.management.projector.Evidence;
import io.tollgate.management.projector.Projector;
import io.tollgate.store.StoreUnreachable;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What the stores of this deployment say. Safe for all virtual threads. */
public final class StoresEvidence implements Evidence {
  /** In seconds, as a double, which knows what is infinitely long ago. */
  private static final String ROLL =
      """
      SELECT own.epoch AS own_epoch,
        date_part('epoch', now()) - coalesce(date_part('epoch', seen.since), 'infinity')
          AS epoch_age,
        g.name, g.epoch, g.number, g.bound_millis, g.absence_max_millis,
        date_part('epoch', now()) - date_part('epoch', g.seen_at) AS silence
      FROM (SELECT tollgate.epoch() AS epoch) own
      LEFT JOIN tollgate.epoch_seen seen ON seen.epoch = own.epoch
      LEFT JOIN tollgate.gateway g ON true
      """;

  private static final long NANOS_BELOW_A_MILLI = 999_999;

  private final Vertx vertx;
  private final Projector projector;
  private final Transactions transactions;

  public StoresEvidence(Vertx vertx, Projector projector, Transactions transactions) {
    this.vertx = vertx;
    this.projector = projector;
    this.transactions = transactions;
  }

  @Override
  public Optional<Look> look(Duration within) {
    return projector.look(within).await();
  }

  @Override
  public Optional<Roll> roll(Duration within) {
    try {
      return Optional.of(roll(transactions.read(ROLL, Tuple.tuple(), within)));
    } catch (StoreUnreachable e) {
      return Optional.empty();
    }
  }

  private static Roll roll(RowSet<Row> rows) {
    Row head = rows.iterator().next();
    List<Gateway> gateways = new ArrayList<>();
    for (Row row : rows) {
      if (row.getString("name") != null) {
        gateways.add(
            new Gateway(
                row.getString("name"),
                row.getString("epoch"),
                row.getLong("number"),
                Duration.ofMillis(row.getLong("bound_millis")),
                Duration.ofMillis(row.getLong("absence_max_millis")),
                seconds(row.getDouble("silence"))));
      }
    }
    return new Roll(head.getString("own_epoch"), seconds(head.getDouble("epoch_age")), gateways);
  }

  private static Duration seconds(double seconds) {
    // Infinity becomes the longest time there is.
    return Duration.ofMillis((long) (seconds * TimeUnit.SECONDS.toMillis(1)));
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public void pause(Duration rest) {
    // Never shorter: what is left after whole milliseconds counts as one more.
    vertx
        .timer(Math.max(1, rest.plusNanos(NANOS_BELOW_A_MILLI).toMillis()), TimeUnit.MILLISECONDS)
        .await();
  }
}
