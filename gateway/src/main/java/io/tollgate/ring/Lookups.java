package io.tollgate.ring;

import com.github.benmanes.caffeine.cache.Interner;
import io.tollgate.access.Scopes;
import io.tollgate.key.KeyDigest;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.KeySource;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The look-ups under way: one per secret, however many requests wait for it. What they find enters
 * the ring.
 *
 * <p>An entry's lifetime counts from the moment its look-up was sent, not from its answer: what a
 * store said may have ceased to be true right after it was asked. For the same reason a request
 * joins only a look-up that is younger than that.
 *
 * <p>Confined to the context of its source.
 */
final class Lookups {
  private static final Logger LOG = LoggerFactory.getLogger(Lookups.class);

  private final KeySource keys;
  private final KeyRing ring;
  private final long lifetimeNanos;
  private final int underWayMax;
  private final LongSupplier monotonicNanos;
  private final Map<KeyDigest, Lookup> underWay = new HashMap<>();

  /** A million keys share a few sets of scopes, and hold one copy of each. */
  private final Interner<Scopes> scopes = Interner.newWeakInterner();

  private record Lookup(long sentNanos, Promise<Verdict> verdict) {}

  Lookups(
      KeySource keys,
      KeyRing ring,
      Duration lifetime,
      int underWayMax,
      LongSupplier monotonicNanos) {
    this.keys = keys;
    this.ring = ring;
    this.lifetimeNanos = lifetime.toNanos();
    this.underWayMax = underWayMax;
    this.monotonicNanos = monotonicNanos;
  }

  /** Looks a secret up, or joins the look-up of it that is under way; never fails. */
  Future<Verdict> join(KeyDigest digest) {
    long nowNanos = monotonicNanos.getAsLong();
    Verdict known = ring.find(digest.a(), digest.b(), digest.c(), digest.d(), nowNanos);
    if (known != null) {
      // Found by a look-up that ended between the caller's miss and now.
      return Future.succeededFuture(known);
    }
    @Nullable Lookup joined = underWay.get(digest);
    if (joined != null && nowNanos - joined.sentNanos < lifetimeNanos) {
      return joined.verdict.future();
    }
    if (underWay.size() >= underWayMax) {
      return Future.succeededFuture(Denial.LOOKUPS_OVERLOADED);
    }
    return begin(digest, new Lookup(nowNanos, Promise.promise()));
  }

  private Future<Verdict> begin(KeyDigest digest, Lookup lookup) {
    underWay.put(digest, lookup);
    // Within compose, so that a source that throws fails the look-up and leaves nobody waiting.
    Future.succeededFuture()
        .compose(unused -> keys.find(digest))
        .onComplete(
            found -> {
              Entry entry = entry(digest, found, lookup.sentNanos + lifetimeNanos);
              ring.put(entry);
              end(digest, lookup, entry.verdict());
            },
            failure -> {
              // Not remembered: the next request asks again, the store's link refuses cheaply.
              LOG.debug("look-up failed: {}", failure.getMessage());
              end(digest, lookup, Denial.STORES_UNREACHABLE);
            });
    return lookup.verdict.future();
  }

  private void end(KeyDigest digest, Lookup lookup, Verdict verdict) {
    underWay.remove(digest, lookup);
    lookup.verdict.complete(verdict);
  }

  private Entry entry(KeyDigest digest, Optional<KeyRecord> found, long untilNanos) {
    if (found.isEmpty() || found.get().revoked()) {
      return new InvalidKey(digest, untilNanos);
    }
    KeyRecord record = found.get();
    return new Grant(
        digest,
        untilNanos,
        record.id(),
        record.subject(),
        scopes.intern(record.scopes()),
        record.expiresAtMillis());
  }
}
