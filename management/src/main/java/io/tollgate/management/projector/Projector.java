package io.tollgate.management.projector;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.Pepper;
import io.tollgate.store.Applied;
import io.tollgate.store.KeyDocument;
import io.tollgate.store.PostgresConfig;
import io.tollgate.store.RedisConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer of Redis: carries every change there, in the order of their numbers.
 *
 * <p>A verticle of one virtual thread. Of several in a deployment one projects, the one whose
 * session holds Postgres' advisory lock; the others watch and take over when it is free. {@link
 * #nudge}, {@link #awaitApplied} and {@link #ready} are safe for all threads.
 */
public final class Projector extends VerticleBase {
  /** How long it rests when nobody nudges. */
  static final Duration INTERVAL = Duration.ofMillis(100);

  /** The longest rest between two attempts on a store that fails. */
  static final Duration BACKOFF_MAX = Duration.ofSeconds(2);

  private static final Duration PRUNE_INTERVAL = Duration.ofMinutes(1);
  private static final Logger LOG = LoggerFactory.getLogger(Projector.class);

  /** Who waits until Redis is whole up to a number. */
  private record Waiter(long number, Promise<Void> reached) {}

  private final PostgresConfig postgres;
  private final RedisConfig redis;
  private final Applied applied;
  private final KeyDocument documents;
  private final RandomGenerator random;
  private final Counter rebuilds;
  private final AtomicLong appliedSeen = new AtomicLong();
  private final AtomicLong lag = new AtomicLong();
  private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean nudged = new AtomicBoolean();
  private final Promise<Void> ended = Promise.promise();
  private volatile @Nullable String trouble;
  private volatile @Nullable String refusal;
  private volatile boolean stopping;
  private int failures;
  private long prunedAtNanos = System.nanoTime();
  private @Nullable Promise<Void> resting;
  private @Nullable RedisSession session;
  private @Nullable ChangeLog log;

  public Projector(
      PostgresConfig postgres,
      RedisConfig redis,
      Pepper pepper,
      RandomGenerator random,
      MeterRegistry metrics) {
    this.postgres = postgres;
    this.redis = redis;
    this.random = random;
    applied = new Applied(pepper, random);
    documents = new KeyDocument(pepper);
    Gauge.builder("tollgate.projector.applied", appliedSeen, AtomicLong::get)
        .description("The change up to which Redis is whole, as seen last")
        .register(metrics);
    Gauge.builder("tollgate.projector.lag", lag, AtomicLong::get)
        .description("Changes in Postgres that Redis does not have, as seen last")
        .register(metrics);
    rebuilds =
        Counter.builder("tollgate.projector.rebuilds")
            .description("Times that all documents were written anew")
            .register(metrics);
  }

  @Override
  public Future<?> start() {
    context.runOnContext(started -> run());
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() {
    stopping = true;
    nudge();
    return ended.future();
  }

  /** Tells that a change was committed. */
  public void nudge() {
    if (nudged.compareAndSet(false, true)) {
      context.runOnContext(
          nudge -> {
            if (resting != null) {
              resting.tryComplete();
            }
          });
    }
  }

  /**
   * Completes when Redis, read after this call, is whole up to the number, whoever carried it
   * there; fails after the deadline.
   */
  public Future<Void> awaitApplied(long number, Duration deadline) {
    var waiter = new Waiter(number, Promise.promise());
    waiters.add(waiter);
    nudge();
    return waiter
        .reached()
        .future()
        .timeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
        .onComplete(over -> waiters.remove(waiter));
  }

  /** Completes unless Redis must not be used as it is set up; an outage is no reason to fail. */
  public Future<Void> ready() {
    String sentence = refusal;
    return sentence == null
        ? Future.succeededFuture()
        : Future.failedFuture(new IllegalStateException(sentence));
  }

  private void run() {
    while (!stopping) {
      nudged.set(false);
      try {
        step();
        recovered();
      } catch (RuntimeException | Error e) {
        // Errors too: a projector that has died silently is worse than one that tries again.
        failed(e);
      }
      if (!stopping && (failures > 0 || !nudged.get())) {
        rest();
      }
    }
    disconnect();
    ended.complete();
  }

  private void step() {
    // Taken first: only what is read after a waiter came may answer it.
    List<Waiter> asking = List.copyOf(waiters);
    if (session == null) {
      session = RedisSession.open(vertx, redis);
      refusal = null;
    }
    String text = session.applied();
    OptionalLong number = applied.decode(text);
    if (log == null) {
      log = ChangeLog.open(vertx, postgres, documents);
    }
    boolean leads = log.leads();
    long counter = log.counter();
    // A Redis that is ahead of a restored Postgres says nothing about changes made since.
    if (number.isPresent() && number.getAsLong() <= counter) {
      reached(number.getAsLong(), asking);
    }
    if (leads) {
      project(session, log, text, counter, asking);
      prune(log, counter);
    }
    lag.set(Math.max(0, counter - appliedSeen.get()));
  }

  private void project(
      RedisSession to, ChangeLog from, String text, long counter, List<Waiter> asking) {
    var projection = new Projection(applied, to, from, number -> reached(number, asking));
    String reason = projection.carry(text, counter);
    if (reason != null) {
      LOG.warn("the projection in Redis is being rebuilt: {}", reason);
      rebuilds.increment();
      // Where a change before the rebuild was carried, the text has moved on since.
      boolean whole = projection.rebuild(to.applied());
      LOG.warn("the rebuild of the projection {}", whole ? "is done" : "was overtaken");
    }
  }

  private void reached(long number, List<Waiter> asking) {
    appliedSeen.set(number);
    for (Waiter waiter : asking) {
      if (waiter.number() <= number) {
        waiter.reached().tryComplete();
      }
    }
  }

  private void prune(ChangeLog from, long counter) {
    if (System.nanoTime() - prunedAtNanos > PRUNE_INTERVAL.toNanos()) {
      prunedAtNanos = System.nanoTime();
      from.prune(appliedSeen.get(), counter);
    }
  }

  private void recovered() {
    failures = 0;
    if (trouble != null) {
      LOG.info("the projector goes on");
      trouble = null;
    }
  }

  private void failed(Throwable e) {
    failures++;
    disconnect();
    String told = String.valueOf(e.getMessage());
    if (e instanceof ProjectorRefusal) {
      refusal = told;
    }
    // Once for each change of state, not for each attempt.
    if (!told.equals(trouble)) {
      if (e instanceof ProjectorRefusal) {
        LOG.error("the projector carries nothing: {}", told);
      } else {
        LOG.warn("the projector carries nothing for now: {}", told);
      }
      trouble = told;
    }
  }

  private void disconnect() {
    if (session != null) {
      session.close();
      session = null;
    }
    if (log != null) {
      log.close();
      log = null;
    }
  }

  private void rest() {
    Promise<Void> over = Promise.promise();
    long millis = INTERVAL.toMillis();
    if (failures > 0) {
      long most = Math.min(BACKOFF_MAX.toMillis(), millis << Math.min(failures, 10));
      millis = random.nextLong(most / 2, most + 1);
    } else {
      resting = over;
    }
    long timer = vertx.setTimer(millis, rang -> over.tryComplete());
    over.future().await();
    vertx.cancelTimer(timer);
    resting = null;
  }
}
