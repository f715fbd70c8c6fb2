package io.tollgate.ring;

import io.tollgate.key.KeyDigest;
import io.tollgate.store.Applied;
import io.tollgate.store.LogPage;
import io.tollgate.store.LogPosition;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway may believe: up to where its ring is whole, which store may vouch for it, and
 * whether an answer of Redis counts. Decision 0015 argues why that makes a returned revocation
 * true; {@link Guard} names each rule.
 *
 * <p>Knows neither sockets nor clocks: it is told what happened, and when. Confined to the context
 * of the stores' connections; what other threads may read stands in the {@link Fence}.
 */
final class Trust {
  /** What is let go of when a key has changed: its entry, and look-ups of it under way. */
  interface Held {
    void forget(KeyDigest digest);

    void forgetAll();
  }

  /** Which data set of which process was believed last, and how far it had come. */
  private record Identity(String runId, String mark, long number) {}

  private static final long NONE = -1;

  private final FenceConfig config;
  private final Fence fence;
  private final Held held;
  private final Set<Guard> guards;

  // Of the log. The ring is whole up to the level; "seen" is the newest change known of at all.
  private String epoch = "";
  private LogPosition level = LogPosition.START;
  private long seen;
  private final KnownChanges known = new KnownChanges();
  private long polledFrom;
  private boolean regressed;
  private long polls;
  private @Nullable Moment listed;

  // Of Redis. Belief is restored by a poll that was sent after this many others.
  private long connection = NONE;
  private String runId = "";
  private long pollsBeforeDoubt;
  private boolean believed;
  private boolean whole;
  private @Nullable Applied first;
  private @Nullable Applied previous;
  private @Nullable Identity identity;
  private @Nullable Moment confirmedByRedis;

  Trust(FenceConfig config, Fence fence, Held held, Set<Guard> guards) {
    this.config = config;
    this.fence = fence;
    this.held = held;
    this.guards = guards;
  }

  // ---- the change log in Postgres

  String epoch() {
    return epoch;
  }

  /** Returns the change up to which nothing is left in the ring that a change made untrue. */
  LogPosition level() {
    return level;
  }

  /** Returns the newest change that was seen anywhere. */
  long seen() {
    return seen;
  }

  /** The list of gateways took a sign of life that was sent at that moment. */
  void listed(Moment sent) {
    listed = sent;
  }

  /** Returns whether the log went back under our epoch, so that it needs another name. */
  boolean isRegressed() {
    return regressed;
  }

  /** A poll is sent; its number goes with the answer. */
  long pollSent() {
    polledFrom = level.number();
    return ++polls;
  }

  /**
   * A poll was answered.
   *
   * @return whether there is more to be read at once
   */
  boolean polled(long poll, Moment sent, LogPage page) {
    if (!page.epoch().equals(epoch) || !continues(page)) {
      startOver(page);
    } else {
      page.changed().forEach(held::forget);
      known.read(polledFrom, page.last().number(), page.changed());
      reach(page.last());
      seen = Math.max(seen, page.end().number());
    }
    if (level.number() < page.end().number()) {
      return true;
    }
    fence.confirm(sent);
    if (poll > pollsBeforeDoubt) {
      believed = true;
    }
    return false;
  }

  private boolean continues(LogPage page) {
    return page.continuity() == LogPage.Continuity.WHOLE || !guards.contains(Guard.CONTINUOUS_LOG);
  }

  private void reach(LogPosition position) {
    if (position.number() > level.number()) {
      level = position;
    }
  }

  /** Nothing that is held can be compared with this log: all of it goes. */
  private void startOver(LogPage page) {
    boolean sameEpoch = page.epoch().equals(epoch);
    // The log went back in time, and nobody has given its new history a name yet: what Redis holds
    // may be of the old one, and its numbers say nothing.
    regressed =
        sameEpoch
            && (regressed
                || page.continuity() == LogPage.Continuity.FORKED
                || page.end().number() < seen);
    epoch = page.epoch();
    level = page.end();
    seen = page.end().number();
    known.restart(seen);
    held.forgetAll();
    doubtRedis();
  }

  // ---- the projection in Redis

  void connected(long newConnection, String newRunId) {
    connection = newConnection;
    runId = newRunId;
    suspendRedis();
  }

  void lost(long lostConnection) {
    if (lostConnection == connection) {
      connection = NONE;
      suspendRedis();
    }
  }

  void changed(long on, List<KeyDigest> digests) {
    // Before the first step on a connection its announcements say nothing that the step does not.
    if (on == connection && first != null) {
      digests.forEach(held::forget);
    }
  }

  void flushed(long on) {
    if (on == connection) {
      doubtRedis();
    }
  }

  /** A step was answered. */
  void stepped(long on, Moment sent, Optional<Applied> answer, Moment now) {
    if (on != connection) {
      return;
    }
    Applied applied = answer.filter(this::isComparable).orElse(null);
    if (applied == null) {
      suspendRedis();
      return;
    }
    if (previous != null && applied.number() < previous.number()) {
      doubtRedis();
    }
    if (first == null) {
      begin(applied);
    }
    boolean counts = counts(applied, now) && isWhole(applied, now);
    if (counts) {
      confirm(applied, guards.contains(Guard.COUNT_FROM_SENDING) ? sent : now);
    }
    previous = applied;
  }

  private boolean isComparable(Applied applied) {
    return !guards.contains(Guard.EPOCH) || (applied.epoch().equals(epoch) && !regressed);
  }

  private void begin(Applied applied) {
    first = applied;
    Identity last = identity;
    if (!guards.contains(Guard.FRESH_POLL_AFTER_CHANGE_OF_REDIS)
        || (last != null
            && last.runId.equals(runId)
            && last.mark.equals(applied.mark())
            && last.number <= applied.number())) {
      believed = true;
    }
  }

  private boolean counts(Applied applied, Moment now) {
    return believed
        && isPostgresNear(now)
        && (!isBehind(applied)
            || known.covers(applied.number(), seen)
            || !guards.contains(Guard.NOT_BEHIND_SEEN));
  }

  private boolean isBehind(Applied applied) {
    return applied.number() < seen;
  }

  /**
   * Brings the ring and the connection together: from the first step on, each change is announced;
   * what changed before it must have come from the log, or else everything held goes.
   */
  private boolean isWhole(Applied applied, Moment now) {
    Applied start = first;
    if (whole || start == null) {
      return whole;
    }
    if (level.number() < start.number() && guards.contains(Guard.CATCH_UP_AFTER_RECONNECT)) {
      if (fence.stands(now)) {
        // Postgres vouches for the ring meanwhile, and will tell.
        return false;
      }
      held.forgetAll();
      level = applied.position();
      first = applied;
      previous = null;
    }
    whole = true;
    return true;
  }

  private void confirm(Applied applied, Moment sent) {
    Applied announced = guards.contains(Guard.LEVEL_ONE_STEP_BEHIND) ? previous : applied;
    if (announced != null) {
      reach(announced.position());
    }
    seen = Math.max(seen, applied.number());
    known.carried(applied.number());
    identity = new Identity(runId, applied.mark(), applied.number());
    confirmedByRedis = sent;
    if (!config.redisFailsOver() || !guards.contains(Guard.POSTGRES_ALONE_WHERE_REDIS_FAILS_OVER)) {
      fence.confirm(sent);
    }
  }

  /** Returns whether an answer to a look-up of a secret counts, now that it has come. */
  boolean believes(long on, KeyDigest digest, Optional<Applied> answer, Moment now) {
    if (on != connection || answer.isEmpty() || !isComparable(answer.get())) {
      return false;
    }
    if (isBehind(answer.get()) && known.concern(digest) && guards.contains(Guard.NOT_BEHIND_SEEN)) {
      return false;
    }
    if (config.redisFailsOver()
        && guards.contains(Guard.POSTGRES_ALONE_WHERE_REDIS_FAILS_OVER)
        && !fence.stands(now)) {
      return false;
    }
    return whole && counts(answer.get(), now);
  }

  private boolean isPostgresNear(Moment now) {
    Moment sign = listed;
    return !guards.contains(Guard.POSTGRES_WITHIN_SET_TIME)
        || (sign != null && sign.isWithin(config.postgresAbsenceMax().toNanos(), now));
  }

  /** What this connection has told is over; what is believed of the data set is not. */
  private void suspendRedis() {
    believed = false;
    whole = false;
    first = null;
    previous = null;
    pollsBeforeDoubt = polls;
  }

  private void doubtRedis() {
    suspendRedis();
    identity = null;
  }

  /** Returns whether Redis has confirmed within a time, so that Postgres may be asked rarely. */
  boolean isConfirmedByRedis(long withinNanos, Moment now) {
    Moment newest = confirmedByRedis;
    return !config.redisFailsOver() && newest != null && newest.isWithin(withinNanos, now);
  }

  /** Returns whether Redis may be believed at all now. */
  boolean isRedisBelieved() {
    return connection != NONE && believed && whole;
  }

  /** Returns whether Redis waits for a poll to be believed, or to catch up. */
  boolean wantsPoll() {
    return connection != NONE && !isRedisBelieved();
  }
}
