package io.tollgate.ring;

import io.tollgate.key.KeyDigest;
import io.tollgate.store.InstanceRecord;
import io.tollgate.store.RecordName;
import io.tollgate.store.RecordSource;
import io.tollgate.store.StoredRecord;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What keys have in common, as it was read lately: held under the same fence as the ring, and
 * forgotten at the same announcements. That there is no such record is not remembered.
 *
 * <p>Confined to the context of the look-ups.
 */
final class SharedRecords {
  /** How many are held; those that were not asked for longest make room. */
  private static final int HELD_MAX = 10_000;

  private static final KeyDigest INSTANCE = RecordName.INSTANCE.address();

  private final Fence fence;
  private final Clocks clocks;
  private final Set<Guard> guards;
  private final Map<KeyDigest, Reading> underWay = new HashMap<>();

  /** The one that is read by all threads: like the ring after the fence, and forgotten before. */
  private volatile @Nullable InstanceRecord instance;

  private final Map<KeyDigest, StoredRecord> held =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<KeyDigest, StoredRecord> eldest) {
          return size() > HELD_MAX;
        }
      };

  private record Reading(Moment sent, Promise<Optional<StoredRecord>> answer) {}

  SharedRecords(Fence fence, Clocks clocks, Set<Guard> guards) {
    this.fence = fence;
    this.clocks = clocks;
    this.guards = guards;
  }

  /**
   * Reads a record, or joins the reading of it that is under way.
   *
   * @param lookup is told how old the answer may be
   * @return fails where no store can tell
   */
  Future<Optional<StoredRecord>> read(RecordName name, RecordSource source, Lookup lookup) {
    KeyDigest address = name.address();
    Moment now = clocks.now();
    @Nullable Moment confirmed = fence.confirmedWithin(now);
    @Nullable StoredRecord known = confirmed == null ? null : held.get(address);
    if (confirmed != null && known != null) {
      lookup.isAsOldAs(confirmed);
      return Future.succeededFuture(Optional.of(known));
    }
    @Nullable Reading joined = underWay.get(address);
    if (joined != null && isYoung(joined, now)) {
      lookup.isAsOldAs(joined.sent);
      return joined.answer.future();
    }
    return begin(address, source, new Reading(now, Promise.promise()));
  }

  private boolean isYoung(Reading reading, Moment now) {
    return !guards.contains(Guard.JOIN_YOUNG_ONLY)
        || reading.sent.isWithin(fence.boundNanos(), now);
  }

  private Future<Optional<StoredRecord>> begin(
      KeyDigest address, RecordSource source, Reading reading) {
    underWay.put(address, reading);
    Future.succeededFuture()
        .compose(unused -> source.find(address))
        .onComplete(
            found -> {
              boolean attached = underWay.remove(address, reading);
              if (attached || !guards.contains(Guard.DETACH_AT_CHANGE)) {
                found.ifPresent(record -> hold(address, record));
              }
              reading.answer.complete(found);
            },
            failure -> {
              underWay.remove(address, reading);
              reading.answer.fail(failure);
            });
    return reading.answer.future();
  }

  private void hold(KeyDigest address, StoredRecord record) {
    held.put(address, record);
    if (record instanceof InstanceRecord read) {
      instance = read;
    }
  }

  /**
   * Returns what all keys have in common, null where that is not held. To be asked after the fence;
   * safe for all threads.
   */
  @Nullable InstanceRecord instance() {
    return instance;
  }

  void forget(KeyDigest address) {
    held.remove(address);
    if (address.equals(INSTANCE)) {
      instance = null;
    }
    if (guards.contains(Guard.DETACH_AT_CHANGE)) {
      underWay.remove(address);
    }
  }

  void forgetAll() {
    held.clear();
    instance = null;
    if (guards.contains(Guard.DETACH_AT_CHANGE)) {
      underWay.clear();
    }
  }
}
