package io.tollgate.ring;

import com.github.benmanes.caffeine.cache.Interner;
import io.tollgate.access.Scopes;
import io.tollgate.key.KeyDigest;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.KeySource;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The look-ups under way: one per secret, however many requests wait for it. What they find enters
 * the ring (that there is no such key does not), unless the key has changed since they were sent:
 * then they are detached, answer those who wait already, and nothing else.
 *
 * <p>A request joins only a look-up that is younger than the fence's bound: so it, too, was
 * answered by what a store said less than that before it came. Confined to the context of the
 * stores' connections.
 */
final class Lookups implements Trust.Held {
  private static final Logger LOG = LoggerFactory.getLogger(Lookups.class);

  private final KeyRing ring;
  private final Fence fence;
  private final int underWayMax;
  private final Clocks clocks;
  private final Set<Guard> guards;
  private final Map<KeyDigest, Lookup> underWay = new HashMap<>();
  private long detached;

  /** A million keys share a few sets of scopes, and hold one copy of each. */
  private final Interner<Scopes> scopes = Interner.newWeakInterner();

  private record Lookup(Moment sent, Promise<Verdict> verdict) {}

  Lookups(KeyRing ring, Fence fence, int underWayMax, Clocks clocks, Set<Guard> guards) {
    this.ring = ring;
    this.fence = fence;
    this.underWayMax = underWayMax;
    this.clocks = clocks;
    this.guards = guards;
  }

  /** Looks a secret up, or joins the look-up of it that is under way; never fails. */
  Future<Verdict> join(KeyDigest digest, KeySource keys) {
    Moment now = clocks.now();
    if (fence.stands(now)) {
      Verdict known = ring.find(digest.a(), digest.b(), digest.c(), digest.d());
      if (known != null) {
        // Found by a look-up that ended between the caller's miss and now.
        return Future.succeededFuture(known);
      }
    }
    @Nullable Lookup joined = underWay.get(digest);
    if (joined != null && isYoung(joined, now)) {
      return joined.verdict.future();
    }
    if (underWay.size() >= underWayMax) {
      return Future.succeededFuture(Denial.LOOKUPS_OVERLOADED);
    }
    return begin(digest, keys, new Lookup(now, Promise.promise()));
  }

  private boolean isYoung(Lookup lookup, Moment now) {
    return !guards.contains(Guard.JOIN_YOUNG_ONLY) || lookup.sent.isWithin(fence.boundNanos(), now);
  }

  private Future<Verdict> begin(KeyDigest digest, KeySource keys, Lookup lookup) {
    underWay.put(digest, lookup);
    // Within compose, so that a source that throws fails the look-up and leaves nobody waiting.
    Future.succeededFuture()
        .compose(unused -> keys.find(digest))
        .onComplete(
            found -> end(digest, lookup, found),
            failure -> {
              // Not remembered: the next request asks again, the store's link refuses cheaply.
              LOG.debug("look-up failed: {}", failure.getMessage());
              underWay.remove(digest, lookup);
              lookup.verdict.complete(Denial.STORES_UNREACHABLE);
            });
    return lookup.verdict.future();
  }

  private void end(KeyDigest digest, Lookup lookup, Optional<KeyRecord> found) {
    boolean attached = underWay.remove(digest, lookup);
    Entry entry = entry(digest, found, lookup.sent.nanos());
    // That there is no such key is not remembered. Creating one waits for nobody: who is cut off
    // from Postgres would go on refusing it for as long as Redis vouches for the ring.
    if (found.isPresent() && (attached || !guards.contains(Guard.DETACH_AT_CHANGE))) {
      ring.put(entry);
    }
    lookup.verdict.complete(entry.verdict());
  }

  private Entry entry(KeyDigest digest, Optional<KeyRecord> found, long sentNanos) {
    if (found.isEmpty() || found.get().revoked()) {
      return new InvalidKey(digest, sentNanos);
    }
    KeyRecord record = found.get();
    return new Grant(
        digest,
        sentNanos,
        record.id(),
        record.subject(),
        scopes.intern(record.scopes()),
        record.expiresAtMillis());
  }

  @Override
  public void forget(KeyDigest digest) {
    ring.remove(digest.a(), digest.b(), digest.c(), digest.d());
    if (guards.contains(Guard.DETACH_AT_CHANGE) && underWay.remove(digest) != null) {
      detached++;
    }
  }

  @Override
  public void forgetAll() {
    ring.clear();
    if (guards.contains(Guard.DETACH_AT_CHANGE)) {
      detached += underWay.size();
      underWay.clear();
    }
  }

  int underWay() {
    return underWay.size();
  }

  /** Returns how many look-ups a change has detached. */
  long detached() {
    return detached;
  }
}
