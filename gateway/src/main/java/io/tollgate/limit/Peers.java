package io.tollgate.limit;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What this gateway knows of the list of gateways, and whether it may hold reserves by it.
 *
 * <p>A reserve is a part of a burst that is set aside, divided by the number of gateways. So that
 * the parts of all never come to more than that, a gateway holds one only if it has been on the
 * list for {@link #SETTLED_SECONDS}, and has seen the list within that time: then whoever holds one
 * has been seen by all others who do.
 *
 * <p>Safe for all threads.
 */
final class Peers {
  /** How old the knowledge of the list may be, and how long a newcomer waits until all have it. */
  static final int SETTLED_SECONDS = 10;

  private static final long HEARD_NANOS_MAX = TimeUnit.SECONDS.toNanos(SETTLED_SECONDS);

  /** The right to hold reserves. What was filled under one is void under the next. */
  static final class Seat {
    private final int gateways;

    private Seat(int gateways) {
      this.gateways = gateways;
    }

    /** Returns how many there are that may hold some. */
    int gateways() {
      return gateways;
    }
  }

  private volatile int gateways = 1;
  private volatile @Nullable Seat seat;
  private volatile long untilNanos;

  int gateways() {
    return gateways;
  }

  /**
   * Takes note of the list.
   *
   * @param settled whether this gateway has been on it for long enough
   * @param askedNanos before the list was asked for
   */
  synchronized void heard(int count, boolean settled, long askedNanos) {
    int known = Math.max(1, count);
    Seat present = seat(askedNanos);
    gateways = known;
    if (!settled) {
      seat = null;
    } else if (present == null || present.gateways() != known) {
      seat = new Seat(known);
    }
    untilNanos = askedNanos + HEARD_NANOS_MAX;
  }

  /** Returns the right to hold reserves; null for none. */
  @Nullable Seat seat(long nowNanos) {
    Seat present = seat;
    return present != null && untilNanos - nowNanos > 0 ? present : null;
  }
}
