package io.tollgate.ring;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyDigester;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.Secret;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.KeySource;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells who a key is: from the ring at once, else by a look-up, unless the check tag has shown that
 * nobody ever issued it.
 *
 * <p>Safe for all threads: the ring is shared by all event loops, look-ups hop to the one context
 * that owns them and back.
 */
public final class Verifier {
  /** The most secrets looked up at once; a request for one more is refused with 503. */
  private static final int LOOKUPS_MAX = 10_000;

  private final KeyFormat format;
  private final KeySource keys;
  private final KeyRing ring;
  private final Lookups lookups;
  private final Context lookupContext;
  private final InstantSource wallClock;

  /**
   * Takes the parts of a verifier.
   *
   * @param lookupContext where {@code keys} is confined to
   * @param monotonicNanos the monotonic clock, {@link System#nanoTime} outside tests
   * @param wallClock tells when a key expires
   */
  public Verifier(
      RingConfig config,
      KeyFormat format,
      KeySource keys,
      Context lookupContext,
      LongSupplier monotonicNanos,
      InstantSource wallClock,
      MeterRegistry metrics) {
    this.format = format;
    this.keys = keys;
    this.lookupContext = lookupContext;
    this.wallClock = wallClock;
    ring = new KeyRing(config.entriesMax());
    lookups = new Lookups(keys, ring, config.entryLifetime(), LOOKUPS_MAX, monotonicNanos);
    Gauge.builder("tollgate.ring.entries", ring, KeyRing::size)
        .description("Secrets held in the ring, those whose time is up included")
        .register(metrics);
  }

  /**
   * Returns what the ring knows of the secret last digested, or null if a look-up is needed.
   * Allocates nothing.
   */
  public @Nullable Verdict known(KeyDigester digest, long nowNanos) {
    return checked(ring.find(digest.a(), digest.b(), digest.c(), digest.d(), nowNanos));
  }

  /**
   * Looks up a secret that the ring does not know.
   *
   * @return never failed; completes on the lookups' context, so the caller hops back to its own
   */
  public Future<Verdict> lookUp(KeyDigest digest, Secret secret) {
    if (!format.isGenuine(secret)) {
      return Future.succeededFuture(Denial.KEY_INVALID);
    }
    Promise<Verdict> verdict = Promise.promise();
    lookupContext.runOnContext(
        unused -> lookups.join(digest).onSuccess(found -> verdict.complete(checked(found))));
    return verdict.future();
  }

  /** Completes if a key could be verified now, else fails and says why. */
  public Future<Void> ready() {
    Promise<Void> ready = Promise.promise();
    lookupContext.runOnContext(unused -> keys.probe().onComplete(ready));
    return ready.future();
  }

  private @Nullable Verdict checked(@Nullable Verdict verdict) {
    return verdict instanceof Grant grant && isExpired(grant) ? Denial.KEY_INVALID : verdict;
  }

  private boolean isExpired(Grant grant) {
    // Most keys never expire, and are spared the reading of the clock.
    return grant.expiresAtMillis() != KeyRecord.NEVER
        && wallClock.millis() >= grant.expiresAtMillis();
  }
}
