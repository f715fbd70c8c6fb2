package io.tollgate.simulation;

import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.LogPage;
import io.tollgate.store.LogPage.Continuity;
import io.tollgate.store.LogPosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that Postgres holds, as the tables of the schema would have it; a copy is a backup. Its
 * readings answer as the statements of {@code PostgresLog}, {@code PostgresKeys} and the projector
 * do.
 */
final class PostgresState {
  /** Small, so that gateways that were away read more than one page. */
  private static final int PAGE_MAX = 4;

  private static final Subject SUBJECT = new Subject("user_" + "2".repeat(27));

  /** A change, and the secrets it is about. */
  record Change(LogPosition position, KeyId key, List<KeyDigest> digests) {}

  /** A gateway on the list. */
  record Listed(
      String boot,
      long boundMillis,
      long absenceMaxMillis,
      String epoch,
      long number,
      long seenAtMillis) {}

  private final String identity;
  private String history;
  private final Map<KeyDigest, KeyRecord> records;
  private final TreeMap<String, List<KeyDigest>> keys;
  private final List<Change> log;
  private long pruned;
  private LogPosition counter;
  final TreeMap<String, Listed> gateways;
  final Map<String, Long> epochsSeen;

  PostgresState(String identity, String history) {
    this.identity = identity;
    this.history = history;
    records = new HashMap<>();
    keys = new TreeMap<>();
    log = new ArrayList<>();
    counter = LogPosition.START;
    gateways = new TreeMap<>();
    epochsSeen = new HashMap<>();
  }

  private PostgresState(String identity, PostgresState other) {
    this.identity = identity;
    history = other.history;
    records = new HashMap<>(other.records);
    keys = new TreeMap<>(other.keys);
    log = new ArrayList<>(other.log);
    pruned = other.pruned;
    counter = other.counter;
    gateways = new TreeMap<>(other.gateways);
    epochsSeen = new HashMap<>(other.epochsSeen);
  }

  /** Returns a backup. */
  PostgresState copy() {
    return new PostgresState(identity, this);
  }

  /** Returns a backup as another server would be started from it. */
  PostgresState copyAs(String newIdentity) {
    return new PostgresState(newIdentity, this);
  }

  /** Returns what names the server, and with the history the epoch. */
  String server() {
    return identity;
  }

  // ---- the log

  String epoch() {
    return history + "." + identity;
  }

  void beginHistory(String newHistory) {
    history = newHistory;
  }

  LogPosition counter() {
    return counter;
  }

  /** Returns whether the log, or its end, is or has that very change. */
  boolean holds(LogPosition change) {
    return change.equals(counter) || change.id().equals(idAt(change.number()));
  }

  LogPosition create(KeyId key, List<KeyDigest> digests, String changeId) {
    keys.put(key.toString(), digests);
    return change(key, digests, changeId, false);
  }

  /** Revokes a key; returns the number of its revocation, which may be an older one. */
  OptionalLong revoke(KeyId key, String changeId) {
    List<KeyDigest> digests = keys.get(key.toString());
    if (digests == null) {
      return OptionalLong.empty();
    }
    KeyRecord before = records.get(digests.getFirst());
    return OptionalLong.of(
        before != null && before.revoked()
            ? before.number()
            : change(key, digests, changeId, true).number());
  }

  private LogPosition change(KeyId key, List<KeyDigest> digests, String changeId, boolean revoked) {
    counter = new LogPosition(counter.number() + 1, changeId);
    log.add(new Change(counter, key, digests));
    for (KeyDigest digest : digests) {
      records.put(
          digest,
          new KeyRecord(counter.number(), key, SUBJECT, Scopes.NONE, revoked, KeyRecord.NEVER));
    }
    return counter;
  }

  boolean isRevoked(KeyDigest digest) {
    KeyRecord record = records.get(digest);
    return record != null && record.revoked();
  }

  @Nullable KeyRecord record(KeyDigest digest) {
    return records.get(digest);
  }

  /** Returns the id of the change with a number, null where the log does not hold it. */
  @Nullable String idAt(long number) {
    return number > pruned && number <= counter.number() ? at(number).position().id() : null;
  }

  private Change at(long number) {
    return log.get((int) (number - 1));
  }

  long pruned() {
    return pruned;
  }

  /** Forgets the oldest changes. */
  void prune(long upTo) {
    pruned = Math.max(pruned, Math.min(upTo, counter.number()));
  }

  /** What follows a place in the log. */
  record Page(LogPosition last, Continuity continuity, List<KeyDigest> changed) {}

  Page after(LogPosition place) {
    LogPosition last = place;
    List<KeyDigest> changed = new ArrayList<>();
    long from = Math.max(place.number(), pruned);
    for (long n = from + 1; n <= Math.min(counter.number(), from + PAGE_MAX); n++) {
      Change change = at(n);
      last = change.position();
      changed.addAll(change.digests());
    }
    return new Page(last, continuity(place), changed);
  }

  LogPage poll(String epoch, LogPosition after, long nowMillis) {
    if (epoch.isEmpty()) {
      return new LogPage(epoch(), counter, Continuity.WHOLE, counter, List.of(), nowMillis);
    }
    Page page = after(after);
    return new LogPage(epoch(), counter, page.continuity(), page.last(), page.changed(), nowMillis);
  }

  private Continuity continuity(LogPosition after) {
    if (after.number() >= counter.number()) {
      return after.equals(counter) ? Continuity.WHOLE : Continuity.FORKED;
    }
    String anchor = idAt(after.number());
    if (anchor != null && !anchor.equals(after.id())) {
      return Continuity.FORKED;
    }
    boolean anchored = anchor != null || after.number() == 0;
    return anchored && pruned <= after.number() ? Continuity.WHOLE : Continuity.PRUNED;
  }

  /** Returns the secrets of the keys that follow one in the order of ids, and their last key. */
  Map.@Nullable Entry<String, List<KeyDigest>> keyAfter(String id) {
    return keys.higherEntry(id);
  }

  Set<KeyDigest> digests() {
    return records.keySet();
  }
}
