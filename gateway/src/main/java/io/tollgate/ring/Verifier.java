package io.tollgate.ring;

import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.ForeignForm;
import io.tollgate.key.ForeignHash;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyDigester;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.Secret;
import io.tollgate.store.ChangeFeed;
import io.tollgate.store.InstanceRecord;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.ProjectionFeed;
import io.tollgate.store.RecordSource;
import io.tollgate.store.StoreUnreachable;
import io.tollgate.store.Use;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells who a key is: from the ring at once while its fence stands, else by a look-up, unless the
 * check tag has shown that nobody here ever issued it, and no keys of others were imported.
 *
 * <p>Safe for all threads: the ring is shared by all event loops, look-ups hop to the one context
 * that owns them and back.
 */
public final class Verifier {
  /**
   * Anybody can make up secrets that only a store can tell from those that were issued elsewhere:
   * an eighth of the look-ups is for them, at two addresses each, so that whoever makes them up
   * takes little from our own, and our own take nothing from those that were imported.
   */
  private static final int FOREIGN_PART = 8;

  private final KeyFormat format;
  private final RecordSource truth;
  private final RingKeeper keeper;
  private final Uses uses = new Uses();
  private final Context context;
  private final Clocks clocks;
  private final long intervalMillis;
  private final AtomicInteger foreign = new AtomicInteger();
  private final int foreignMax;
  private volatile long skewMillis;
  private long timer;

  /**
   * Takes the parts of a verifier.
   *
   * @param redis the projection
   * @param truth the keys as Postgres has them
   * @param log the changes as Postgres has them
   * @param context where all three are confined to
   */
  public Verifier(
      RingConfig ring,
      FenceConfig fence,
      KeyFormat format,
      ProjectionFeed redis,
      RecordSource truth,
      ChangeFeed log,
      Context context,
      Clocks clocks,
      MeterRegistry metrics) {
    this.format = format;
    this.truth = truth;
    this.context = context;
    this.clocks = clocks;
    intervalMillis = fence.interval().toMillis();
    foreignMax = Math.max(1, ring.lookupsMax() / FOREIGN_PART);
    keeper =
        new RingKeeper(
            ring.entriesMax(),
            ring.lookupsMax(),
            fence,
            new RingKeeper.Stores(redis, truth, log),
            clocks,
            EnumSet.allOf(Guard.class),
            metrics);
  }

  /** Begins to watch the stores. To be called on the context, once. */
  public void open(Vertx vertx) {
    keeper.open();
    timer =
        vertx.setPeriodic(
            intervalMillis,
            due -> {
              keeper.tick();
              skewMillis = keeper.skewMillis();
            });
  }

  /** Stops watching and takes the gateway off the list. To be called on the context, at the end. */
  public Future<Void> close(Vertx vertx) {
    vertx.cancelTimer(timer);
    return keeper.close();
  }

  /**
   * Returns what the ring knows of the secret last digested, or null if a look-up is needed.
   * Allocates nothing.
   *
   * @param nowNanos the monotonic clock, read after the request's head had come
   */
  public @Nullable Verdict known(KeyDigester digest, long nowNanos) {
    long millis = clocks.millis();
    return checked(
        keeper.known(digest.a(), digest.b(), digest.c(), digest.d(), nowNanos, millis), millis);
  }

  /**
   * Looks up a secret that the ring does not know.
   *
   * @param digest the secret's own
   * @return never failed; completes on the look-ups' context, so the caller hops back to its own
   */
  public Future<Verdict> lookUp(KeyDigest digest, Secret secret) {
    return format.isGenuine(secret) ? lookUp(digest) : lookUpForeign(digest, secret);
  }

  /**
   * The tag shows that the secret was not issued here. Only where keys were imported may it be one
   * of theirs: else it dies here, and costs the stores nothing.
   */
  private Future<Verdict> lookUpForeign(KeyDigest sha256, Secret secret) {
    @Nullable InstanceRecord instance = keeper.instance(clocks.now());
    if (!ForeignForm.fits(secret) || (instance != null && !instance.takesForeign())) {
      return Future.succeededFuture(Denial.KEY_INVALID);
    }
    var addresses =
        new ForeignAddresses(
            ForeignHash.SHA256.address(sha256.toBytes()), ForeignHash.SHA512.address(secret));
    if (known(addresses.sha256()) instanceof Grant grant) {
      return Future.succeededFuture(grant);
    }
    if (known(addresses.sha512()) instanceof Grant grant) {
      return Future.succeededFuture(grant);
    }
    // Counted here and not there: who waits for the look-ups' context would wait behind them all.
    if (foreign.incrementAndGet() > foreignMax) {
      foreign.decrementAndGet();
      return Future.succeededFuture(Denial.LOOKUPS_OVERLOADED);
    }
    return onContext(() -> keeper.lookUpForeign(addresses))
        .onComplete(done -> foreign.decrementAndGet());
  }

  /** Returns what the ring knows of a secret, or null if a look-up is needed. */
  public @Nullable Verdict known(KeyDigest digest) {
    Moment now = clocks.now();
    return checked(
        keeper.known(digest.a(), digest.b(), digest.c(), digest.d(), now.nanos(), now.millis()),
        now.millis());
  }

  /**
   * Looks up the secret whose digest this is, whatever its form.
   *
   * @return as of {@link #lookUp(KeyDigest, Secret)}
   */
  public Future<Verdict> lookUp(KeyDigest digest) {
    return onContext(() -> keeper.lookUp(digest));
  }

  private Future<Verdict> onContext(Supplier<Future<Verdict>> lookUp) {
    Promise<Verdict> verdict = Promise.promise();
    context.runOnContext(
        unused ->
            lookUp.get().onSuccess(found -> verdict.complete(checked(found, clocks.millis()))));
    return verdict.future();
  }

  /** Returns what the ring knows by now of a key that was granted something before. */
  public @Nullable Verdict known(Grant grant, long nowNanos) {
    KeyDigest digest = grant.digest();
    long millis = clocks.millis();
    return checked(
        keeper.known(digest.a(), digest.b(), digest.c(), digest.d(), nowNanos, millis), millis);
  }

  /** Looks a key up that was granted something before; as {@link #lookUp(KeyDigest, Secret)}. */
  public Future<Verdict> lookUp(Grant grant) {
    return lookUp(grant.digest());
  }

  /** Returns the time by Postgres' clock, as far as it is known. */
  public long storeMillis() {
    return clocks.millis() + skewMillis;
  }

  /** Notes that a key was used; once a minute that allocates, else it costs a comparison. */
  public void noteUse(Grant grant) {
    uses.note(grant, clocks.millis());
  }

  /** Takes what is to be noted of the keys that were used lately. */
  List<Use> takeUses(int most) {
    return uses.take(most);
  }

  /** Completes if a key could be verified now, else fails and says why. */
  public Future<Void> ready() {
    Promise<Void> ready = Promise.promise();
    context.runOnContext(unused -> probe().onComplete(ready));
    return ready.future();
  }

  private Future<Void> probe() {
    if (keeper.isTrusted()) {
      return Future.succeededFuture();
    }
    // Nobody's digest: the answer is none, but that there is one shows the store alive.
    return truth
        .find(new KeyDigest(0, 0, 0, 0))
        .mapEmpty()
        .recover(
            failure ->
                Future.failedFuture(
                    new StoreUnreachable(
                        "no store can vouch for a key: Postgres does not answer, and Redis is not"
                            + " believed")))
        .mapEmpty();
  }

  /** Returns the verdict, or that the key is not valid where its time is up. */
  private @Nullable Verdict checked(@Nullable Verdict verdict, long millis) {
    boolean isOver =
        (verdict instanceof Grant grant && isOver(grant.expiresAtMillis(), millis))
            || (verdict instanceof Access access && isOver(access.expiresAtMillis(), millis));
    return isOver ? Denial.KEY_INVALID : verdict;
  }

  private boolean isOver(long expiresAtMillis, long millis) {
    // By the stores' clock, which is everybody's; most keys never expire.
    return expiresAtMillis != KeyRecord.NEVER && millis + skewMillis >= expiresAtMillis;
  }
}
