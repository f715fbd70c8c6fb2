package io.tollgate.ring;

import io.tollgate.key.KeyDigest;
import io.tollgate.store.InstanceRecord;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.RecordName;
import io.tollgate.store.RecordSource;
import io.tollgate.store.SecretKeyRecord;
import io.tollgate.store.StoredRecord;
import io.vertx.core.Future;
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
 * <p>A request joins only a look-up that rests on nothing older than the fence's bound: so it, too,
 * was answered by what was true less than that before it came. Confined to the context of the
 * stores' connections.
 */
final class Lookups implements Trust.Held {
  private static final Logger LOG = LoggerFactory.getLogger(Lookups.class);

  private final KeyRing ring;
  private final Generations generations;
  private final SharedRecords records;
  private final Resolver resolver;
  private final Fence fence;
  private final int underWayMax;
  private final Clocks clocks;
  private final Set<Guard> guards;
  private final Map<KeyDigest, Lookup> underWay = new HashMap<>();
  private long detached;

  Lookups(
      KeyRing ring,
      Generations generations,
      Fence fence,
      int underWayMax,
      Clocks clocks,
      Set<Guard> guards) {
    this.ring = ring;
    this.generations = generations;
    this.fence = fence;
    this.underWayMax = underWayMax;
    this.clocks = clocks;
    this.guards = guards;
    records = new SharedRecords(fence, clocks, guards);
    resolver = new Resolver(records, generations);
  }

  /** Looks a secret up, or joins the look-up of it that is under way; never fails. */
  Future<Verdict> join(KeyDigest digest, RecordSource source) {
    return join(digest, source, underWayMax);
  }

  private Future<Verdict> join(KeyDigest digest, RecordSource source, int most) {
    Moment now = clocks.now();
    if (fence.stands(now)) {
      Verdict known = known(digest.a(), digest.b(), digest.c(), digest.d());
      if (known != null) {
        // Found by a look-up that ended between the caller's miss and now.
        return Future.succeededFuture(known);
      }
    }
    @Nullable Lookup joined = underWay.get(digest);
    if (joined != null && isYoung(joined, now)) {
      return joined.verdict().future();
    }
    if (underWay.size() >= most) {
      return Future.succeededFuture(Denial.LOOKUPS_OVERLOADED);
    }
    return begin(digest, source, new Lookup(now));
  }

  /**
   * Looks up a secret that was not issued here, at the addresses of the hashes by which the
   * instance knows such secrets; never fails. How many there are at once the caller bounds.
   */
  Future<Verdict> joinForeign(ForeignAddresses addresses, RecordSource source) {
    return Future.succeededFuture()
        .compose(unused -> records.read(RecordName.INSTANCE, source, new Lookup(clocks.now())))
        .map(InstanceRecord::of)
        .compose(instance -> joinForeign(instance, addresses, source))
        .otherwise(
            failure -> {
              LOG.debug("the instance's record can't be read: {}", failure.getMessage());
              return Denial.STORES_UNREACHABLE;
            });
  }

  private Future<Verdict> joinForeign(
      InstanceRecord instance, ForeignAddresses addresses, RecordSource source) {
    Future<Verdict> first = joinIf(instance.takesSha256(), addresses.sha256(), source);
    Future<Verdict> other = joinIf(instance.takesSha512(), addresses.sha512(), source);
    return Future.all(first, other)
        .map(both -> ForeignAddresses.of(first.result(), other.result()));
  }

  private Future<Verdict> joinIf(boolean isTaken, KeyDigest address, RecordSource source) {
    return isTaken
        ? join(address, source, Integer.MAX_VALUE)
        : Future.succeededFuture(Denial.KEY_INVALID);
  }

  /** Returns what all keys have in common, as {@link SharedRecords#instance}. */
  @Nullable InstanceRecord instance() {
    return records.instance();
  }

  /**
   * Returns what the ring knows of a secret, if nothing that it rests on has changed. To be asked
   * after the fence; safe for all threads.
   */
  @Nullable Verdict known(long a, long b, long c, long d) {
    Verdict verdict = ring.find(a, b, c, d);
    return verdict instanceof Grant grant && !grant.isCurrent(generations) ? null : verdict;
  }

  private boolean isYoung(Lookup lookup, Moment now) {
    return !guards.contains(Guard.JOIN_YOUNG_ONLY)
        || lookup.oldest().isWithin(fence.boundNanos(), now);
  }

  private Future<Verdict> begin(KeyDigest digest, RecordSource source, Lookup lookup) {
    underWay.put(digest, lookup);
    // Within compose, so that a source that throws fails the look-up and leaves nobody waiting.
    Future.succeededFuture()
        .compose(unused -> source.find(digest))
        .compose(found -> answer(digest, found.orElse(null), lookup, source))
        .onComplete(
            answer -> {
              boolean attached = underWay.remove(digest, lookup);
              if (attached || !guards.contains(Guard.DETACH_AT_CHANGE)) {
                answer.kept().ifPresent(ring::put);
              }
              lookup.verdict().complete(answer.verdict());
            },
            failure -> {
              // Not remembered: the next request asks again, the store's link refuses cheaply.
              LOG.debug("look-up failed: {}", failure.getMessage());
              underWay.remove(digest, lookup);
              lookup.verdict().complete(Denial.STORES_UNREACHABLE);
            });
    return lookup.verdict().future();
  }

  /** What a look-up comes to, and what of it the ring keeps. */
  private record Answer(Verdict verdict, Optional<Entry> kept) {
    /** Final is only a revocation. */
    static final Answer NOT_NOW = new Answer(Denial.KEY_INVALID, Optional.empty());

    static Answer of(Entry entry) {
      return new Answer(entry.verdict(), Optional.of(entry));
    }
  }

  private Future<Answer> answer(
      KeyDigest digest, @Nullable StoredRecord found, Lookup lookup, RecordSource source) {
    // That there is no such key is not remembered, nor that one does not work for now. Creating a
    // key, or switching it on, waits for nobody: who is cut off from Postgres would go on refusing
    // it for as long as Redis vouches for the ring.
    if (found instanceof SecretKeyRecord access) {
      return Future.succeededFuture(Answer.of(access(digest, access, lookup)));
    }
    if (!(found instanceof KeyRecord key)) {
      return Future.succeededFuture(Answer.NOT_NOW);
    }
    if (key.revoked()) {
      return Future.succeededFuture(Answer.of(new InvalidKey(digest, lookup.sent().nanos())));
    }
    if (!key.enabled()) {
      return Future.succeededFuture(Answer.NOT_NOW);
    }
    return resolver
        .resolve(digest, key, lookup, source)
        .map(verdict -> verdict instanceof Grant grant ? Answer.of(grant) : Answer.NOT_NOW);
  }

  private static Access access(KeyDigest digest, SecretKeyRecord found, Lookup lookup) {
    return new Access(
        digest, lookup.sent().nanos(), found.id(), found.areas(), found.expiresAtMillis());
  }

  @Override
  public void forget(KeyDigest address) {
    ring.remove(address.a(), address.b(), address.c(), address.d());
    records.forget(address);
    if (guards.contains(Guard.END_WITH_WHAT_IS_NAMED)) {
      generations.changed(address);
    }
    if (guards.contains(Guard.DETACH_AT_CHANGE) && underWay.remove(address) != null) {
      detached++;
    }
  }

  @Override
  public void forgetAll() {
    ring.clear();
    records.forgetAll();
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
