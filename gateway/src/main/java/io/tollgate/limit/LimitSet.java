package io.tollgate.limit;

import io.tollgate.plan.Limit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All limits that a key is held to, and the requests that wait for a trip to their states. A grant
 * keeps it, so that nobody looks for it. Safe for all threads.
 */
public final class LimitSet {
  /** Of a key that nothing limits. */
  static final LimitSet NONE = new LimitSet(new LimitState[0]);

  /** The most requests of a key that wait at once. */
  static final int WAITING_MAX = 1_024;

  /**
   * A request that waits.
   *
   * @param answer hears of it once, on any thread
   */
  record Waiting(long cost, Consumer<Admission> answer) {}

  private final LimitState[] states;
  private final String[] names;
  private final String policy;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(0);
  private boolean served;

  LimitSet(LimitState[] states) {
    this.states = states;
    names = new String[states.length];
    Set<String> taken = new HashSet<>();
    List<String> items = new ArrayList<>();
    for (int i = 0; i < states.length; i++) {
      Limit limit = states[i].limit();
      String name = limit.per().text() + '-' + limit.windowSeconds();
      // Two limits of one window differ by their number, or else nobody could tell them apart.
      names[i] = taken.add(name) ? name : name + '-' + limit.units() + '-' + limit.burst();
      items.add('"' + names[i] + "\";q=" + limit.units() + ";w=" + limit.windowSeconds());
    }
    policy = String.join(", ", items);
  }

  /** Returns whether nothing limits the key. */
  public boolean isEmpty() {
    return states.length == 0;
  }

  int size() {
    return states.length;
  }

  LimitState state(int index) {
    return states[index];
  }

  /** Puts another state of the same limit in the place of one that was retired. */
  void replace(int index, LimitState state) {
    states[index] = state;
  }

  String policy() {
    return policy;
  }

  String nameOf(LimitState state) {
    for (int i = 0; i < states.length; i++) {
      if (states[i].id().equals(state.id())) {
        return names[i];
      }
    }
    throw new IllegalArgumentException("not one of these limits: " + state.id().name());
  }

  /**
   * Adds a request to those that wait.
   *
   * @return null if too many do, else whether the caller is to have them served
   */
  synchronized @Nullable Boolean add(Waiting one) {
    if (waiting.size() >= WAITING_MAX) {
      return null;
    }
    waiting.add(one);
    boolean first = !served;
    served = true;
    return first;
  }

  /** Takes some of those that wait; if none does, they are served no longer. */
  synchronized List<Waiting> next(int most) {
    List<Waiting> some = new ArrayList<>();
    while (some.size() < most && !waiting.isEmpty()) {
      some.add(waiting.poll());
    }
    served = !some.isEmpty();
    return some;
  }

  /** Lets some wait again, before all others. */
  synchronized void putBack(List<Waiting> some) {
    for (int i = some.size() - 1; i >= 0; i--) {
      waiting.addFirst(some.get(i));
    }
  }
}
