package io.tollgate.simulation;

import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.store.InstanceRecord;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.LogPage;
import io.tollgate.store.LogPage.Continuity;
import io.tollgate.store.LogPosition;
import io.tollgate.store.RecordName;
import io.tollgate.store.StoredRecord;
import io.tollgate.store.SubjectRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that Postgres holds, as the tables of the schema would have it; a copy is a backup. Its
 * readings answer as the statements of {@code PostgresLog}, {@code PostgresRecords} and the
 * projector do.
 */
final class PostgresState {
  /** Small, so that gateways that were away read more than one page. */
  private static final int PAGE_MAX = 4;

  /** A change, and what it is about. */
  record Change(LogPosition position, List<KeyDigest> addresses) {}

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
  private final Map<KeyDigest, StoredRecord> records;
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
    records.put(RecordName.INSTANCE.address(), InstanceRecord.DEFAULTS);
    keys.put("instance", List.of(RecordName.INSTANCE.address()));
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

  /** Creates a key of a subject of its own. */
  LogPosition create(KeyId key, List<KeyDigest> digests, String changeId) {
    keys.put(key.toString(), digests);
    counter = new LogPosition(counter.number() + 1, changeId);
    for (KeyDigest digest : digests) {
      records.put(digest, record(key, false));
    }
    KeyDigest subject = RecordName.subject(subject(key)).address();
    keys.put("of " + key, List.of(subject));
    records.put(subject, SubjectRecord.DEFAULTS);
    List<KeyDigest> changed = new ArrayList<>(digests);
    changed.add(subject);
    log.add(new Change(counter, changed));
    return counter;
  }

  private static Subject subject(KeyId key) {
    return new Subject("user_" + key.toString().substring("ak_".length() + 5));
  }

  private KeyRecord record(KeyId key, boolean revoked) {
    return new KeyRecord(
        counter.number(),
        counter.number(),
        key,
        subject(key),
        subject(key),
        Scopes.NONE,
        List.of(),
        revoked,
        true,
        KeyRecord.NEVER);
  }

  /**
   * Revokes a key; returns a number that its revocation is not behind.
   *
   * @param bySubject whether all keys of its subject are revoked by one record
   */
  OptionalLong revoke(KeyId key, boolean bySubject, String changeId) {
    List<KeyDigest> digests = keys.get(key.toString());
    if (digests == null) {
      return OptionalLong.empty();
    }
    KeyDigest address = RecordName.subject(subject(key)).address();
    if (!bySubject && isRevoked(digests.getFirst())) {
      // Nothing is to be done, and the log's head is behind nothing that was.
      return OptionalLong.of(counter.number());
    }
    counter = new LogPosition(counter.number() + 1, changeId);
    List<KeyDigest> changed = bySubject ? List.of(address) : digests;
    for (KeyDigest one : changed) {
      records.put(
          one, bySubject ? new SubjectRecord(counter.number(), true, Map.of()) : record(key, true));
    }
    log.add(new Change(counter, changed));
    return OptionalLong.of(counter.number());
  }

  /** Returns all that decides about a secret. */
  List<StoredRecord> truthOf(KeyDigest digest) {
    return Stream.of(
            records.get(digest),
            records.get(digest) instanceof KeyRecord key
                ? records.get(RecordName.subject(key.subject()).address())
                : null)
        .filter(Objects::nonNull)
        .toList();
  }

  boolean isValid(KeyDigest digest) {
    return records.containsKey(digest) && !isRevoked(digest);
  }

  boolean isRevoked(KeyDigest digest) {
    return records.get(digest) instanceof KeyRecord key
        && (key.revoked()
            || (records.get(RecordName.subject(key.subject()).address()) instanceof SubjectRecord of
                && of.revokedBefore() > key.since()));
  }

  @Nullable StoredRecord record(KeyDigest address) {
    return records.get(address);
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
      changed.addAll(change.addresses());
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
