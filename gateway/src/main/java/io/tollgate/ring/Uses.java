package io.tollgate.ring;

import io.tollgate.store.Use;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which keys were used lately: each is noted once in {@value #STRETCH_SECONDS} seconds, so that the
 * store hears of a key about once a minute, however often it is used. Where more wait than the
 * store takes, some are left out: it is a note, not the meter.
 *
 * <p>Safe for all threads. A use that is not the first of its stretch costs a comparison.
 */
final class Uses {
  /** Two to the power of 16 milliseconds, so that a shift tells the stretch. */
  static final int STRETCH_SECONDS = 65;

  private static final int STRETCH_BITS = 16;
  private static final int WAITING_MAX = 100_000;

  private final Queue<Use> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();

  void note(Grant grant, long millis) {
    if (grant.isFirstUseIn((int) (millis >>> STRETCH_BITS)) && count.get() < WAITING_MAX) {
      count.incrementAndGet();
      waiting.add(new Use(grant.digest(), millis));
    }
  }

  /** Takes what is to be told next. */
  List<Use> take(int most) {
    List<Use> taken = new ArrayList<>();
    while (taken.size() < most) {
      Use next = waiting.poll();
      if (next == null) {
        break;
      }
      taken.add(next);
    }
    count.addAndGet(-taken.size());
    return taken;
  }
}
