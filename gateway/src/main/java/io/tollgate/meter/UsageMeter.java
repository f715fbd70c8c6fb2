package io.tollgate.meter;

import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.store.UsageBatch;
import io.tollgate.store.UsageLedger;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what may be billed, by key, so that it survives this process: each event loop counts in
 * mapped segments of its own; a thread puts those that are filled into files, and sends them to the
 * ledger until it has them.
 *
 * <p>Safe for all threads, but that each {@link LoopMeter} belongs to one event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // What is scheduled tells of its own failures.
public final class UsageMeter {
  private static final Logger LOG = LoggerFactory.getLogger(UsageMeter.class);
  private static final Duration PAUSE = Duration.ofMillis(200);

  /** What a machine that fails may lose is what was counted for this long, and a write's time. */
  private static final Duration FORCE_INTERVAL = Duration.ofSeconds(1);

  private static final Duration FORGET_INTERVAL = Duration.ofMinutes(1);
  private static final Duration PROVE_INTERVAL = Duration.ofHours(1);
  private static final Duration CLOSE_PAUSE = Duration.ofMillis(20);

  /** From so many on that wait for the ledger, new ones are begun only as often as they must. */
  private static final int BEHIND_SEGMENTS = 64;

  private final MeterDirectory directory;
  private final Spool spool;
  private final Shipping shipping;
  private final UsageLedger ledger;
  private final MeterMetrics metrics;
  private final LongSupplier wallMillis;
  private final String gateway;
  private final EnumSet<Guard> guards;
  private final SegmentNumbers numbers = new SegmentNumbers();
  private final List<LoopSegments> segments = new ArrayList<>();
  private final List<LoopMeter> meters = new ArrayList<>();
  private final AtomicInteger given = new AtomicInteger();
  private final Promise<Void> released = Promise.promise();
  private final ScheduledExecutorService thread =
      new ScheduledThreadPoolExecutor(1, UsageMeter::named) {
        @Override
        protected void terminated() {
          // Not before: whoever takes the directory next must not meet a thread that still writes.
          directory.close();
          released.complete();
        }
      };
  private long forcedNanos = System.nanoTime();

  /** Whether files were made since the directory was written to the disk: at first, to count in. */
  private boolean sealed = true;

  private boolean full;
  private boolean failing;
  private long lostTold;

  /** What a meter works with. */
  record Parts(
      MeterConfig config,
      int loops,
      String gateway,
      LongSupplier wallMillis,
      UsageLedger ledger,
      MeterRegistry metrics,
      EnumSet<Guard> guards) {}

  private UsageMeter(Parts parts, MeterDirectory directory) throws IOException {
    this.directory = directory;
    ledger = parts.ledger;
    wallMillis = parts.wallMillis;
    gateway = parts.gateway;
    guards = parts.guards;
    metrics = new MeterMetrics(parts.metrics);
    directory.recover(guards.contains(Guard.RECOVER_AT_START), wallMillis.getAsLong());
    spool = new Spool(directory, parts.config.spoolBytesMax());
    shipping = new Shipping(directory, spool, ledger, gateway, this::onThread, metrics, guards);
    for (int loop = 0; loop < parts.loops; loop++) {
      addLoop(loop, parts.config);
    }
    metrics.watch(parts.metrics, spool, this);
  }

  /**
   * Takes the directory and what earlier processes have left in it. It blocks for as long as the
   * disk needs.
   *
   * @param loops how many event loops will count
   * @param wallMillis the time by the ledger's clock
   * @throws IllegalStateException with a sentence for the operator where the directory can't be
   *     used
   */
  public static UsageMeter open(
      MeterConfig config,
      int loops,
      String gateway,
      LongSupplier wallMillis,
      UsageLedger ledger,
      MeterRegistry metrics) {
    var guards = EnumSet.allOf(Guard.class);
    return open(new Parts(config, loops, gateway, wallMillis, ledger, metrics, guards));
  }

  static UsageMeter open(Parts parts) {
    MeterDirectory directory = MeterDirectory.take(parts.config.directory());
    try {
      var meter = new UsageMeter(parts, directory);
      meter.start();
      return meter;
    } catch (IOException e) {
      directory.close();
      throw new IllegalStateException(
          parts.config.directory() + " can't be used to meter in: " + e, e);
    }
  }

  private void addLoop(int loop, MeterConfig config) throws IOException {
    List<OpenSegment> all = new ArrayList<>();
    for (int number = 0; number < LoopSegments.COUNT; number++) {
      all.add(
          OpenSegment.create(
              directory.open(loop, number),
              directory.instance(),
              directory.boot(),
              config.segmentRows()));
    }
    var ofLoop = new LoopSegments(all, this::wake);
    segments.add(ofLoop);
    meters.add(
        new LoopMeter(
            ofLoop,
            numbers,
            config.segmentRows(),
            wallMillis,
            () -> spool.segments() > BEHIND_SEGMENTS,
            config.whenFull(),
            guards));
  }

  private void start() {
    every(PAUSE, this::work);
    every(FORGET_INTERVAL, this::forget);
    // Not all gateways at once.
    long first = ThreadLocalRandom.current().nextLong(PROVE_INTERVAL.toMillis());
    thread.scheduleWithFixedDelay(
        this::prove, first, PROVE_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void every(Duration pause, Runnable work) {
    thread.scheduleWithFixedDelay(work, 0, pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void wake() {
    onThread(this::work);
  }

  private void onThread(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      // What comes after the end is found at the next start.
      LOG.debug("the meter has ended", e);
    }
  }

  private void forget() {
    ledger
        .forget()
        .onSuccess(
            rows -> {
              if (rows > 0) {
                onThread(this::forget);
              }
            });
  }

  /** Returns the place where is counted, under whose name all batches come. */
  public UUID instance() {
    return directory.instance();
  }

  /** Returns which of the place's processes this is. */
  public long boot() {
    return directory.boot();
  }

  /** Returns the meter of one more event loop. */
  public LoopMeter loop() {
    return meters.get(given.getAndIncrement());
  }

  /** Whatever goes wrong, the next time comes: a task that throws would be the last. */
  private void work() {
    try {
      // First what waits: where the disk is full, nothing else makes room.
      shipping.ship();
      seal();
      force();
      shipping.ship();
      tellOfLoss();
      failing = false;
    } catch (IOException | RuntimeException e) {
      if (!failing) {
        failing = true;
        LOG.error("what was counted can't be put into files, and is tried again: {}", e.toString());
      }
    }
  }

  /** Puts what is filled into files of its own, as long as there is room for them. */
  private void seal() throws IOException {
    for (LoopSegments ofLoop : segments) {
      OpenSegment next = ofLoop.nextFilled();
      while (next != null && seal(next)) {
        ofLoop.emptied();
        next = ofLoop.nextFilled();
      }
    }
  }

  private boolean seal(OpenSegment segment) throws IOException {
    ByteBuffer closed = Segments.closed(segment.bytes(), wallMillis.getAsLong());
    boolean fits = spool.hasRoomFor(closed);
    if (full == fits) {
      full = !fits;
      LOG.warn(full ? "the meter's directory is full" : "the meter's directory has room again");
    }
    if (!fits) {
      return false;
    }
    if (!guards.contains(Guard.REUSE_AFTER_SEAL)) {
      segment.reset();
    }
    spool.add(closed);
    sealed = true;
    UsageBatch batch = Segments.read(closed);
    if (batch != null) {
      metrics.closed(batch);
    }
    return true;
  }

  private void force() throws IOException {
    long nowNanos = System.nanoTime();
    if (nowNanos - forcedNanos >= FORCE_INTERVAL.toNanos()) {
      forcedNanos = nowNanos;
      segments.forEach(LoopSegments::force);
      if (sealed) {
        directory.force();
        sealed = false;
      }
    }
  }

  /** Returns how many units could not be counted so far. */
  long lost() {
    return meters.stream().mapToLong(LoopMeter::lost).sum();
  }

  private void tellOfLoss() {
    long lost = lost();
    if (lost > 0 && lostTold == 0) {
      LOG.error("requests pass that can't be counted; tollgate_meter_lost_total tells how many");
    }
    lostTold = lost;
  }

  private void prove() {
    ledger
        .prove()
        .onComplete(
            proof -> {
              metrics.proven(proof);
              if (proof.drift() != 0 || proof.holes() != 0) {
                LOG.error("the usage ledger does not add up: {}", proof);
              }
            },
            failure -> LOG.warn("the ledger could not be added up: {}", failure.getMessage()));
  }

  /**
   * Closes what is open and sends all that waits, for so long at most; what could not be sent stays
   * for the next start. The event loops must have stopped.
   */
  public Future<Void> close(Duration deadline) {
    Promise<Void> closed = Promise.promise();
    long untilNanos = System.nanoTime() + deadline.toNanos();
    onThread(
        () -> {
          meters.forEach(LoopMeter::close);
          finish(untilNanos, closed);
        });
    return closed.future();
  }

  private void finish(long untilNanos, Promise<Void> closed) {
    work();
    boolean isDone = spool.isEmpty() && !shipping.isUnderWay() && shipping.isBegun();
    if (!isDone && System.nanoTime() - untilNanos < 0) {
      thread.schedule(
          () -> finish(untilNanos, closed), CLOSE_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
      return;
    }
    Future<Void> told =
        isDone && isAllSealed()
            ? ledger.end(directory.instance(), directory.boot(), gateway, numbers.last())
            : Future.failedFuture("segments wait for the next start");
    told.onComplete(
        ended -> {
          if (ended.failed()) {
            LOG.warn("the meter ends before its ledger is whole: {}", ended.cause().getMessage());
          }
          release().onComplete(closed);
        });
  }

  private boolean isAllSealed() {
    return segments.stream().allMatch(ofLoop -> ofLoop.nextFilled() == null);
  }

  /**
   * Ends the thread, and then lets the directory go as it is: what a process that is killed leaves
   * is the same.
   */
  Future<Void> release() {
    thread.shutdownNow();
    return released.future();
  }

  private static Thread named(Runnable work) {
    var made = new Thread(work, "meter");
    made.setDaemon(true);
    return made;
  }
}
