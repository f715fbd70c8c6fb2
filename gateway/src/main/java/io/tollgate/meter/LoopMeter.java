package io.tollgate.meter;

import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;
import io.tollgate.store.UsageCount;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The meter of one event loop. What is counted stands in a segment when the call returns: it
 * allocates nothing, asks no store and takes no lock.
 *
 * <p>Confined to the event loop, but for what it says it has lost.
 */
public final class LoopMeter {
  private static final long MILLIS_PER_MINUTE = 60_000;

  /** How long a segment is counted in while the ledger keeps up. */
  private static final long OPEN_MILLIS_MAX = 1_000;

  /** A wall clock that is set back a little does not end a segment. */
  private static final long SET_BACK_MILLIS_MAX = 5_000;

  private static final int NONE = -1;

  private final LoopSegments segments;
  private final SegmentNumbers numbers;
  private final LongSupplier wallMillis;
  private final BooleanSupplier isBehind;
  private final WhenFull whenFull;
  private final boolean writesAtOnce;

  // Which row a key has: the number of the row and one, 0 for none, in a table with open addresses.
  private final int[] table;
  private final int tableMask;
  private final long[] highs;
  private final long[] lows;
  private final Subject[] subjects;
  private final String[] plans;

  private @Nullable OpenSegment segment;
  private long minuteStartMillis;
  private long begunMillis;
  private long lostBefore;
  private final AtomicLong lost = new AtomicLong();
  private final Deque<Runnable> unwritten = new ArrayDeque<>();

  /**
   * Makes a meter.
   *
   * @param rows how many a segment has room for
   * @param wallMillis the time by the ledger's clock
   * @param isBehind whether the ledger does not keep up, so that segments should be few
   */
  LoopMeter(
      LoopSegments segments,
      SegmentNumbers numbers,
      int rows,
      LongSupplier wallMillis,
      BooleanSupplier isBehind,
      WhenFull whenFull,
      EnumSet<Guard> guards) {
    this.segments = segments;
    this.numbers = numbers;
    this.wallMillis = wallMillis;
    this.isBehind = isBehind;
    this.whenFull = whenFull;
    writesAtOnce = guards.contains(Guard.WRITE_AT_ONCE);
    table = new int[Integer.highestOneBit(Math.max(1, rows)) * 4];
    tableMask = table.length - 1;
    highs = new long[rows];
    lows = new long[rows];
    subjects = new Subject[rows];
    plans = new String[rows];
  }

  /** Returns whether a request is to be refused, since nobody could count it. */
  public boolean isRefusing() {
    return whenFull == WhenFull.REFUSE && !hasRoom();
  }

  /** Those that are under way have a quarter of the last segment. */
  private boolean hasRoom() {
    OpenSegment known = segment;
    return segments.hasSpare()
        || (known != null
            && isOfItsMinute(wallMillis.getAsLong())
            && known.rows() < highs.length - highs.length / 4);
  }

  /** Counts a request whose key was identified. */
  public void verified(KeyId key, Subject subject, String plan, long units) {
    count(key, subject, plan, UsageCount.VERIFIED, units);
  }

  /** Counts a request that a limit has refused. */
  public void refused(KeyId key, Subject subject, String plan, long units) {
    count(key, subject, plan, UsageCount.REFUSED, units);
  }

  /** Counts a request that the upstream has answered, by the upstream's status. */
  public void answered(KeyId key, Subject subject, String plan, int status, long units) {
    count(key, subject, plan, UsageCount.ofStatus(status), units);
  }

  /** Counts a request that was sent to the upstream and that it will not have answered. */
  public void unanswered(KeyId key, Subject subject, String plan, long units) {
    count(key, subject, plan, UsageCount.UNANSWERED, units);
  }

  private void count(KeyId key, Subject subject, String plan, UsageCount count, long units) {
    if (units == 0) {
      // Nothing that anybody bills, and no row for it.
      return;
    }
    if (writesAtOnce) {
      write(key, subject, plan, count, units);
    } else {
      unwritten.add(() -> write(key, subject, plan, count, units));
    }
  }

  private void write(KeyId key, Subject subject, String plan, UsageCount count, long units) {
    int row = row(key, subject, plan);
    OpenSegment known = segment;
    if (row == NONE || known == null) {
      lost.addAndGet(units);
    } else {
      known.add(row, count.place(), units);
    }
  }

  private int row(KeyId key, Subject subject, String plan) {
    long nowMillis = wallMillis.getAsLong();
    if (segment != null && !isOfItsMinute(nowMillis)) {
      fill();
    }
    int slot = slot(key);
    while (true) {
      int row = table[slot] - 1;
      if (row == NONE) {
        return addRow(slot, key, subject, plan, nowMillis);
      }
      if (highs[row] == key.high()
          && lows[row] == key.low()
          && subjects[row].equals(subject)
          && plans[row].equals(plan)) {
        return row;
      }
      slot = (slot + 1) & tableMask;
    }
  }

  private int addRow(int free, KeyId key, Subject subject, String plan, long nowMillis) {
    int slot = free;
    OpenSegment known = segment;
    if (known == null || (known.isFull() && segments.hasSpare())) {
      fill();
      known = begin(nowMillis);
      slot = slot(key);
    }
    if (known == null || known.isFull() || plan.length() > Layout.TEXT_MAX) {
      return NONE;
    }
    int row = known.addRow(key, subject, plan);
    table[slot] = row + 1;
    highs[row] = key.high();
    lows[row] = key.low();
    subjects[row] = subject;
    plans[row] = plan;
    return row;
  }

  private int slot(KeyId key) {
    // Ids are random, so that nobody can choose them to fall together.
    long mixed = (key.high() * 0x9E3779B97F4A7C15L + key.low()) * 0xBF58476D1CE4E5B9L;
    return (int) (mixed >>> 32) & tableMask;
  }

  private @Nullable OpenSegment begin(long nowMillis) {
    OpenSegment next = segments.takeSpare();
    if (next != null) {
      begunMillis = nowMillis;
      long minute = Math.floorDiv(nowMillis, MILLIS_PER_MINUTE);
      minuteStartMillis = minute * MILLIS_PER_MINUTE;
      long lostByNow = lost.get();
      next.begin(minute, lostByNow - lostBefore);
      lostBefore = lostByNow;
      numbers.number(next);
      segment = next;
    }
    return next;
  }

  private boolean isOfItsMinute(long nowMillis) {
    long into = nowMillis - minuteStartMillis;
    return into < MILLIS_PER_MINUTE && into >= -SET_BACK_MILLIS_MAX;
  }

  /** Gives the segment away, to be sent. */
  private void fill() {
    OpenSegment known = segment;
    if (known != null) {
      segment = null;
      Arrays.fill(table, 0);
      segments.fill(known);
    }
  }

  /** Looks whether the segment's time is up; called now and then, not per request. */
  public void tick() {
    while (!unwritten.isEmpty()) {
      unwritten.remove().run();
    }
    if (segment == null) {
      return;
    }
    long nowMillis = wallMillis.getAsLong();
    boolean isOld = Math.abs(nowMillis - begunMillis) >= OPEN_MILLIS_MAX;
    if (!isOfItsMinute(nowMillis) || (isOld && !isBehind.getAsBoolean() && segments.hasSpare())) {
      fill();
    }
  }

  /** Ends it: the event loop has stopped, and counts no more. */
  void close() {
    fill();
  }

  /** Returns how many units could not be counted so far; safe for all threads. */
  long lost() {
    return lost.get();
  }
}
