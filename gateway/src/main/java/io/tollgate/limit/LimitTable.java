package io.tollgate.limit;

import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The states of the limits that were asked for of late. A state is let go when it has rested for
 * long enough to have its burst back, which changes nothing for its owner.
 *
 * <p>Each newcomer pays for a look at two that are there already, so that no sweep ever holds an
 * event loop up. Safe for all threads; a state that is known costs no lock.
 */
final class LimitTable {
  private static final int LOOKS = 2;

  private final int statesMax;
  private final Object shares;
  private final ConcurrentHashMap<LimitState.Id, LimitState> states = new ConcurrentHashMap<>();
  private Iterator<LimitState> hand = states.values().iterator();

  /**
   * Keeps so many at most; beyond, one of the others starts over.
   *
   * @param shares the lock of all shares
   */
  LimitTable(int statesMax, Object shares) {
    this.statesMax = statesMax;
    this.shares = shares;
  }

  LimitState of(LimitState.Id id, long nowNanos) {
    @Nullable LimitState known = states.get(id);
    return known == null ? add(id, nowNanos) : known;
  }

  private synchronized LimitState add(LimitState.Id id, long nowNanos) {
    boolean full = states.size() >= statesMax;
    for (int i = 0; i < LOOKS; i++) {
      if (!hand.hasNext()) {
        hand = states.values().iterator();
      }
      if (hand.hasNext() && isToGo(hand.next(), nowNanos, full && i == 0)) {
        hand.remove();
      }
    }
    return states.computeIfAbsent(id, unused -> new LimitState(id, nowNanos));
  }

  private boolean isToGo(LimitState state, long nowNanos, boolean anyway) {
    synchronized (shares) {
      return state.retireIfAtRest(nowNanos) || (anyway && state.retire());
    }
  }

  int size() {
    return states.size();
  }
}
