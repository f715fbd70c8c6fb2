package io.tollgate.limit;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What this gateway knows of the list of gateways, and whether it may hold reserves by it.
 *
 * <p>A reserve is a part of a burst that is set aside, divided by the number of gateways. So that
 * the parts of all never come to more than that, a gateway may hold one only while it has asked for
 * the list within {@link #HEARD_NANOS_MAX}, and once as long has passed since an answer first had
 * its own name in it: by then all others who may hold one know of it. No clock but its own counts.
 *
 * <p>Safe for all threads.
 */
final class Peers {
  private static final long HEARD_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

  private static final Standing UNHEARD = new Standing(1, null, 0);

  /** The right to hold reserves, for as long as it lasts without a break. */
  static final class Term {}

  /**
   * The right to hold reserves of one size.
   *
   * @param gateways how many there are that may hold some
   */
  record Seat(Term term, int gateways) {}

  private record Standing(int gateways, @Nullable Seat seat, long untilNanos) {}

  private volatile Standing standing = UNHEARD;

  // Guarded by this.
  private boolean listed;
  private long listedNanos;

  int gateways() {
    return standing.gateways;
  }

  /**
   * Takes note of an answer.
   *
   * @param own whether this process is on the list
   * @param askedNanos before the list was asked for
   */
  synchronized void heard(int count, boolean own, long askedNanos, long nowNanos) {
    Seat present = seat(nowNanos);
    if (own && !listed) {
      listedNanos = nowNanos;
    }
    listed = own;
    int known = Math.max(1, count);
    boolean settled = own && nowNanos - listedNanos >= HEARD_NANOS_MAX;
    Seat next = null;
    if (settled) {
      next = new Seat(present == null ? new Term() : present.term, known);
    }
    standing = new Standing(known, next, askedNanos + HEARD_NANOS_MAX);
  }

  /** Returns the right to hold reserves; null for none. */
  @Nullable Seat seat(long nowNanos) {
    Standing known = standing;
    return known.seat != null && known.untilNanos - nowNanos > 0 ? known.seat : null;
  }
}
