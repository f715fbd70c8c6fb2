package io.tollgate.quota;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;
import io.tollgate.plan.Credits;
import io.tollgate.plan.Per;
import io.tollgate.plan.Plan;
import io.tollgate.plan.Quota;
import io.tollgate.store.AllowanceCall;
import io.tollgate.store.AllowanceStore;
import io.tollgate.store.AllowanceTerms;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The gate that holds each key to the quotas and credits of its subject's plan. Taking units that
 * are held asks nobody; when there are none, the store is asked, and one question is under way for
 * each allowance, however many requests wait.
 *
 * <p>Safe for all threads, but for {@link #tick}, which belongs to the store's context.
 */
public final class QuotaGate {
  /** Nothing was taken: {@link #ask}, then take again. */
  public static final int ASK = -1;

  /** Nothing was taken, and there is nothing. */
  public static final int NONE = -2;

  /** Nothing was taken: these allowances are not the ones that count any more. */
  public static final int STALE = -3;

  /** Of a key whose allowances find no place: there are too many already. */
  public static final Allowances TOO_MANY = new Allowances(List.of());

  /** The most allowances that are held; about 250 bytes each. */
  static final int ALLOWANCES_MAX = 1_000_000;

  /** How many are looked at in a tick, so that no tick holds the event loop up. */
  private static final int LOOKS = 2_000;

  /** How many give something up at once: whoever waits for units goes by the same connection. */
  private static final int RELEASING_MAX = 16;

  private final AllowanceStore store;
  private final Executor context;
  private final LongSupplier wallMillis;
  private final LongSupplier monotonicNanos;
  private final int allowancesMax;
  private final ConcurrentHashMap<Name, Allowance> held = new ConcurrentHashMap<>();
  private final AtomicInteger releasing = new AtomicInteger();
  private final AtomicLong calls = new AtomicLong();
  private final Counter exceeded;
  private final Counter unreachable;
  private Iterator<Allowance> hand = held.values().iterator();

  private record Name(String owner, String name, long startMillis) {}

  /**
   * Makes a gate that holds a million allowances at most.
   *
   * @param context where the store is to be asked
   * @param wallMillis the stores' clock
   */
  public QuotaGate(
      AllowanceStore store,
      Executor context,
      LongSupplier wallMillis,
      LongSupplier monotonicNanos,
      MeterRegistry metrics) {
    this(store, context, wallMillis, monotonicNanos, metrics, ALLOWANCES_MAX);
  }

  QuotaGate(
      AllowanceStore store,
      Executor context,
      LongSupplier wallMillis,
      LongSupplier monotonicNanos,
      MeterRegistry metrics,
      int allowancesMax) {
    this.allowancesMax = allowancesMax;
    this.store = store;
    this.context = context;
    this.wallMillis = wallMillis;
    this.monotonicNanos = monotonicNanos;
    exceeded =
        Counter.builder("tollgate.quota.exceeded")
            .description("Units that passed beyond a quota that only tells")
            .register(metrics);
    unreachable =
        Counter.builder("tollgate.quota.calls.failed")
            .description("Questions for units that Postgres did not answer")
            .register(metrics);
    Gauge.builder("tollgate.quota.allowances", held, ConcurrentHashMap::size)
        .description("Allowances that units are held of")
        .register(metrics);
  }

  /**
   * Returns what a key's requests draw on, null for nothing, {@link #TOO_MANY} where it can't be
   * held.
   *
   * @param known what was returned for the key before, which may still do
   */
  public @Nullable Allowances of(
      @Nullable Allowances known, KeyId key, Subject subject, Plan plan) {
    if (plan.quotas().isEmpty() && plan.credits() == null) {
      return null;
    }
    long nowMillis = wallMillis.getAsLong();
    if (known != null && nowMillis < known.endMillis()) {
      return known;
    }
    return assemble(key, subject, plan, nowMillis);
  }

  private Allowances assemble(KeyId key, Subject subject, Plan plan, long nowMillis) {
    List<Allowances.Drawn> all = new ArrayList<>();
    for (Quota quota : plan.quotas()) {
      String owner = quota.per() == Per.KEY ? key.toString() : subject.id();
      AllowanceTerms terms = AllowanceTerms.of(plan.version(), quota);
      if (!add(all, owner, terms, nowMillis) && quota.hard()) {
        return TOO_MANY;
      }
    }
    @Nullable Credits credits = plan.credits();
    if (credits == null) {
      return new Allowances(all);
    }
    AllowanceTerms terms = AllowanceTerms.of(plan.version(), credits);
    return add(all, subject.id(), terms, nowMillis) ? new Allowances(all) : TOO_MANY;
  }

  /** Returns whether there is a place for it. */
  private boolean add(
      List<Allowances.Drawn> all, String owner, AllowanceTerms terms, long nowMillis) {
    @Nullable Allowance found = allowance(owner, terms, nowMillis);
    if (found != null) {
      all.add(new Allowances.Drawn(found, terms));
    }
    return found != null;
  }

  /** One state for all plans under which an owner has the allowance: its use is counted on. */
  private @Nullable Allowance allowance(String owner, AllowanceTerms terms, long nowMillis) {
    var name = new Name(owner, terms.name(), terms.startMillis(nowMillis));
    @Nullable Allowance known = held.get(name);
    if (known != null && !known.isRetired()) {
      return known;
    }
    if (known != null) {
      held.remove(name, known);
    }
    return held.size() < allowancesMax
        ? held.computeIfAbsent(name, unused -> new Allowance(owner, terms, nowMillis, nanos()))
        : null;
  }

  /**
   * Takes units of all allowances, or of none.
   *
   * @param asked whether the store was asked already, and gave no answer or not enough
   * @return a bit for each that something was taken of, which {@link Allowances#settle} wants to
   *     know; or {@link #ASK}, {@link #NONE} or {@link #STALE}
   */
  public int take(Allowances allowances, long units, long nowNanos, boolean asked) {
    int taken = 0;
    int beyond = 0;
    for (int i = 0; i < allowances.size(); i++) {
      Allowance allowance = allowances.get(i);
      Allowance.Taken result = allowance.take(units, nowNanos);
      switch (result) {
        case YES -> taken |= 1 << i;
        case YES_ASK -> {
          taken |= 1 << i;
          begin(allowance, allowances.terms(i), 0, nowNanos);
        }
        case ASK, NONE, RETIRED -> {
          if (result == Allowance.Taken.RETIRED) {
            return undo(allowances, taken, units, STALE);
          }
          if (result == Allowance.Taken.ASK && !asked) {
            return undo(allowances, taken, units, ASK);
          }
          if (allowances.isHard(i)) {
            return undo(allowances, taken, units, result == Allowance.Taken.ASK ? ASK : NONE);
          }
          beyond++;
        }
      }
    }
    if (beyond > 0) {
      exceeded.increment((double) units * beyond);
    }
    return taken;
  }

  private static int undo(Allowances allowances, int taken, long units, int result) {
    allowances.settle(taken, units, Allowances.Reached.NOTHING);
    return result;
  }

  /**
   * Asks for what a request lacks.
   *
   * @return completes on the store's context when there is an answer, fails where there is none
   */
  public Future<Void> ask(Allowances allowances, long units) {
    List<Future<Void>> asked = new ArrayList<>(allowances.size());
    long nowNanos = nanos();
    for (int i = 0; i < allowances.size(); i++) {
      Allowance allowance = allowances.get(i);
      if (allowance.lacks(units)) {
        begin(allowance, allowances.terms(i), units, nowNanos);
        asked.add(allowance.asked());
      }
    }
    return Future.all(asked).mapEmpty();
  }

  private void begin(Allowance allowance, AllowanceTerms terms, long units, long nowNanos) {
    Optional<AllowanceCall> call = allowance.begin(terms, units, calls.incrementAndGet(), nowNanos);
    call.ifPresent(
        begun ->
            context.execute(
                () ->
                    store
                        .lease(begun)
                        .onSuccess(lease -> allowance.leased(lease, begun, nanos()))
                        .onFailure(failure -> failed(allowance, failure))));
  }

  private long nanos() {
    return monotonicNanos.getAsLong();
  }

  private void failed(Allowance allowance, Throwable failure) {
    unreachable.increment();
    allowance.failed(failure);
  }

  /** Returns in how many seconds there will be more, at least 1; 0 if nothing is said of it. */
  public long moreInSeconds(Allowances allowances, long units) {
    long nowMillis = wallMillis.getAsLong();
    long atMillis = nowMillis;
    for (int i = 0; i < allowances.size(); i++) {
      Allowance allowance = allowances.get(i);
      if (allowances.isHard(i) && allowance.lacks(units)) {
        atMillis = Math.max(atMillis, allowances.terms(i).moreAtMillis(nowMillis));
      }
    }
    return atMillis == Long.MAX_VALUE ? 0 : Math.max(1, (atMillis - nowMillis + 999) / 1000);
  }

  /** Gives up what nobody uses; to be called about every second, on the store's context. */
  public void tick() {
    long nowMillis = wallMillis.getAsLong();
    long nowNanos = nanos();
    int looks = Math.min(LOOKS, held.size());
    for (int look = 0; look < looks; look++) {
      if (!hand.hasNext()) {
        hand = held.values().iterator();
      }
      if (!hand.hasNext()) {
        return;
      }
      Allowance looked = hand.next();
      if (looked.retireIfUnused(nowNanos, nowMillis)) {
        hand.remove();
      } else if (releasing.get() < RELEASING_MAX) {
        release(looked, nowNanos, nowMillis);
      }
    }
  }

  private void release(Allowance allowance, long nowNanos, long nowMillis) {
    allowance
        .beginRelease(calls.incrementAndGet(), nowNanos, nowMillis)
        .ifPresent(
            call -> {
              releasing.incrementAndGet();
              store
                  .lease(call)
                  .onComplete(done -> releasing.decrementAndGet())
                  .onSuccess(allowance::released)
                  .onFailure(failure -> failed(allowance, failure));
            });
  }
}
