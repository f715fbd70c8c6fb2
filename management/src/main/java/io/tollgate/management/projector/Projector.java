package io.tollgate.management.projector;

import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.Pepper;
import io.tollgate.management.projector.Evidence.Look;
import io.tollgate.ring.FenceConfig;
import io.tollgate.store.Applied;
import io.tollgate.store.AppliedDocument;
import io.tollgate.store.PostgresConfig;
import io.tollgate.store.RecordDocument;
import io.tollgate.store.RedisConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer of Redis: carries every change there, in the order of their numbers.
 *
 * <p>A verticle of one virtual thread. Of several in a deployment one projects, the one whose
 * session holds Postgres' advisory lock; the others watch and take over when it is free. {@link
 * #nudge}, {@link #look} and {@link #ready} are safe for all threads.
 */
public final class Projector extends VerticleBase {
  /** How long it rests when nobody nudges. */
  static final Duration INTERVAL = Duration.ofMillis(100);

  /** The longest rest between two attempts on a store that fails. */
  static final Duration BACKOFF_MAX = Duration.ofSeconds(2);

  private static final Duration MEASURE_INTERVAL = Duration.ofSeconds(1);
  private static final Duration TIDY_INTERVAL = Duration.ofMinutes(1);
  private static final Logger LOG = LoggerFactory.getLogger(Projector.class);

  private final PostgresConfig postgres;
  private final RedisConfig redis;
  private final boolean redisFailsOver;
  private final AppliedDocument applied;
  private final RecordDocument documents;
  private final RandomGenerator random;
  private final ProjectorMetrics metrics;
  private final Set<Promise<Optional<Look>>> lookers = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean nudged = new AtomicBoolean();
  private final Promise<Void> ended = Promise.promise();
  private volatile @Nullable String trouble;
  private volatile @Nullable String refusal;
  private volatile boolean stopping;
  private int failures;
  private long tidiedAtNanos = System.nanoTime();
  private long measuredAtNanos;
  private TruthStore.@Nullable Head head;
  private @Nullable Promise<Void> resting;
  private long connection;
  private @Nullable RedisSession session;
  private @Nullable Projection projection;
  private @Nullable ChangeLog log;

  public Projector(
      PostgresConfig postgres,
      RedisConfig redis,
      FenceConfig fence,
      Pepper pepper,
      RandomGenerator random,
      MeterRegistry registry) {
    this.postgres = postgres;
    this.redis = redis;
    this.random = random;
    redisFailsOver = fence.redisFailsOver();
    applied = new AppliedDocument(pepper, random);
    documents = new RecordDocument(pepper);
    metrics = new ProjectorMetrics(registry);
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

  /** Tells that there is something to be done. */
  void nudge() {
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
   * Looks at Redis, after what is due has been carried there.
   *
   * @return what was read of Redis after this call; empty if nothing could be within that time
   */
  public Future<Optional<Look>> look(Duration within) {
    Promise<Optional<Look>> looker = Promise.promise();
    lookers.add(looker);
    nudge();
    return looker
        .future()
        .timeout(within.toMillis(), TimeUnit.MILLISECONDS)
        .otherwise(Optional.empty())
        .onComplete(over -> lookers.remove(looker));
  }

  /** Completes unless Redis must not be used as it is set up; an outage is no reason to fail. */
  public Future<Void> ready() {
    String sentence = refusal;
    return sentence == null
        ? Future.succeededFuture()
        : Future.failedFuture(new IllegalStateException(sentence));
  }

  private void run() {
    boolean more = false;
    while (!stopping) {
      nudged.set(false);
      try {
        more = step();
        recovered();
      } catch (RuntimeException | Error e) {
        // Errors too: a projector that has died silently is worse than one that tries again.
        failed(e);
      }
      if (!stopping && (failures > 0 || !(more || nudged.get()))) {
        rest();
      }
    }
    answer(List.copyOf(lookers), Optional.empty());
    disconnect();
    ended.complete();
  }

  /** Returns whether there is more to be carried at once. */
  private boolean step() {
    // Taken first: only what is read after a look was asked for may answer it.
    List<Promise<Optional<Look>>> asking = List.copyOf(lookers);
    ChangeLog from = log();
    // Before Redis, so that it is told also while Redis is away.
    TruthStore.Head head = head(from);
    boolean leads = from.leads();
    Projection to = projection(from);
    if (!leads) {
      Optional<Applied> found = to.look();
      answer(asking, Optional.of(new Look(connection, found)));
      // A Redis of another history tells nothing about this one's numbers.
      found
          .filter(known -> known.epoch().equals(head.epoch()))
          .ifPresent(known -> metrics.reached(known.number(), head.end()));
      return false;
    }
    Projection.Step step = to.carry();
    answer(asking, Optional.of(new Look(connection, Optional.of(step.applied()))));
    metrics.reached(step.applied().number(), step.end());
    tidy(from, step);
    return !step.isWhole();
  }

  /**
   * Returns where the log ends, as read at most a second ago, and tells how far Redis is behind.
   */
  private TruthStore.Head head(ChangeLog from) {
    TruthStore.Head known = head;
    if (known != null && System.nanoTime() - measuredAtNanos < MEASURE_INTERVAL.toNanos()) {
      return known;
    }
    measuredAtNanos = System.nanoTime();
    TruthStore.Head read = from.head();
    if (known == null || !read.epoch().equals(known.epoch())) {
      from.noteEpoch();
    }
    head = read;
    metrics.measure(read.end(), from);
    return read;
  }

  private ChangeLog log() {
    ChangeLog open = log;
    if (open == null) {
      open = ChangeLog.open(vertx, postgres, documents, this::nudge);
      log = open;
    }
    return open;
  }

  private Projection projection(ChangeLog from) {
    Projection begun = projection;
    if (begun == null) {
      session = RedisSession.open(vertx, redis, redisFailsOver);
      refusal = null;
      connection++;
      begun =
          new Projection(
              applied, session, from, EnumSet.allOf(ManagementGuard.class), this::rebuilding);
      projection = begun;
    }
    return begun;
  }

  private void rebuilding(String reason) {
    LOG.warn("the projection in Redis is being rebuilt: {}", reason);
    metrics.rebuilding();
  }

  private void answer(List<Promise<Optional<Look>>> asking, Optional<Look> look) {
    asking.forEach(looker -> looker.tryComplete(look));
  }

  private void tidy(ChangeLog from, Projection.Step step) {
    if (System.nanoTime() - tidiedAtNanos > TIDY_INTERVAL.toNanos()) {
      tidiedAtNanos = System.nanoTime();
      from.prune(step.applied().number(), step.end().number());
      from.dropDeadGateways();
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
    answer(List.copyOf(lookers), Optional.empty());
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
    projection = null;
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
