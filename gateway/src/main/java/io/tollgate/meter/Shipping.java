package io.tollgate.meter;

import io.tollgate.meter.Spool.Waiting;
import io.tollgate.store.UsageBatch;
import io.tollgate.store.UsageLedger;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings closed segments to the ledger, one trip at a time: several of them in one transaction,
 * each under its own name. What fails is sent again, a smaller part of it.
 *
 * <p>Confined to the meter's thread.
 */
final class Shipping {
  private static final Logger LOG = LoggerFactory.getLogger(Shipping.class);
  private static final int SEGMENTS_MAX = 256;
  private static final long BYTES_MAX = 2 * 1024 * 1024;

  private final MeterDirectory directory;
  private final Spool spool;
  private final UsageLedger ledger;
  private final String gateway;
  private final Executor thread;
  private final MeterMetrics metrics;
  private final EnumSet<Guard> guards;
  private int segmentsAtOnce = SEGMENTS_MAX;
  private boolean underWay;
  private boolean begun;

  Shipping(
      MeterDirectory directory,
      Spool spool,
      UsageLedger ledger,
      String gateway,
      Executor thread,
      MeterMetrics metrics,
      EnumSet<Guard> guards) {
    this.directory = directory;
    this.spool = spool;
    this.ledger = ledger;
    this.gateway = gateway;
    this.thread = thread;
    this.metrics = metrics;
    this.guards = guards;
  }

  /** Sends what waits, until nothing does or the ledger fails. */
  void ship() {
    if (underWay) {
      return;
    }
    if (!begun && spool.isOfThisBoot()) {
      begin();
      return;
    }
    try {
      send();
    } catch (IOException e) {
      LOG.error("what was counted can't be read, and is tried again: {}", e.toString());
    }
  }

  /** All that came before has been taken, so that the ledger can tell what it should have. */
  private void begin() {
    under(
        ledger.begin(directory.instance(), directory.boot(), gateway),
        done -> {
          begun = done.succeeded();
          return begun;
        });
  }

  private void send() throws IOException {
    List<Waiting> trip = new ArrayList<>();
    List<UsageBatch> batches = new ArrayList<>();
    for (Waiting next : spool.oldest(segmentsAtOnce, BYTES_MAX)) {
      UsageBatch batch = read(next);
      if (batch != null) {
        trip.add(next);
        batches.add(guards.contains(Guard.NAMED_BY_SEGMENT) ? batch : underAnyName(batch));
      }
    }
    if (batches.isEmpty()) {
      return;
    }
    if (!guards.contains(Guard.DELETE_AFTER_COMMIT)) {
      delete(trip);
    }
    under(
        ledger.take(gateway, batches),
        taken -> {
          if (taken.failed()) {
            segmentsAtOnce = Math.max(1, segmentsAtOnce / 2);
            return false;
          }
          segmentsAtOnce = Math.min(SEGMENTS_MAX, segmentsAtOnce * 2);
          metrics.taken(batches, taken.result());
          delete(trip);
          return true;
        });
  }

  private @Nullable UsageBatch read(Waiting next) throws IOException {
    try {
      UsageBatch batch = Segments.read(MeterDirectory.read(next.file()));
      if (batch == null) {
        spool.setAside(next);
        metrics.setAside();
      }
      return batch;
    } catch (NoSuchFileException e) {
      LOG.error("{} was there and has gone: what it had counted is lost", next.file());
      spool.delete(next);
      return null;
    }
  }

  private static UsageBatch underAnyName(UsageBatch batch) {
    return new UsageBatch(
        batch.instance(),
        batch.boot(),
        ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE),
        batch.minute(),
        batch.usedMillis(),
        batch.lost(),
        batch.rows());
  }

  private void delete(List<Waiting> trip) {
    for (Waiting done : trip) {
      try {
        spool.delete(done);
      } catch (IOException e) {
        // It is sent again, which changes nothing.
        LOG.error("a segment that the ledger has can't be deleted: {}", e.toString());
      }
    }
  }

  /** What comes of a question to the ledger; true to go on with the next at once. */
  private interface Outcome<T> {
    boolean take(AsyncResult<T> result);
  }

  private <T> void under(Future<T> question, Outcome<T> outcome) {
    underWay = true;
    question.onComplete(
        result ->
            thread.execute(
                () -> {
                  underWay = false;
                  if (result.failed()) {
                    LOG.debug("the ledger did not take it: {}", result.cause().getMessage());
                  }
                  if (outcome.take(result)) {
                    ship();
                  }
                }));
  }

  boolean isUnderWay() {
    return underWay;
  }

  boolean isBegun() {
    return begun;
  }
}
