package io.tollgate.proxy;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What is left of all further tries, for those who run the process. Safe for all threads. */
final class RetryBudgets {
  private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();

  private final int percent;
  private final Left begun;

  RetryBudgets(int percent) {
    this.percent = percent;
    begun = new Left(RetryBudget.begun(percent), RetryBudget.begun(percent));
  }

  /**
   * So many further tries are left.
   *
   * @param sent of requests that a target may have looked at
   * @param unsent of those that none has
   */
  record Left(int sent, int unsent) {
    Left least(Left other) {
      return new Left(Math.min(sent, other.sent), Math.min(unsent, other.unsent));
    }
  }

  /** Those that one event loop has for the requests of one destination. */
  static final class Pair {
    private final Destination to;

    /** For requests that a target may have looked at. */
    final RetryBudget sent;

    /** Apart, so that requests which make targets fail leave those a try that none has seen. */
    final RetryBudget unsent;

    private Pair(Destination to, int percent, long nowNanos) {
      this.to = to;
      sent = new RetryBudget(percent, nowNanos);
      unsent = new RetryBudget(percent, nowNanos);
    }

    private Left left(long nowNanos) {
      return new Left(sent.left(nowNanos), unsent.left(nowNanos));
    }
  }

  Pair begin(Destination to, long nowNanos) {
    var pair = new Pair(to, percent, nowNanos);
    pairs.add(pair);
    return pair;
  }

  /** Nobody asks for it any more. */
  void end(Pair pair) {
    pairs.remove(pair);
  }

  /** Returns what is left to each destination on the event loop that has the fewest. */
  Map<Destination, Left> left(long nowNanos) {
    Map<Destination, Left> left = new HashMap<>();
    pairs.forEach(pair -> left.merge(pair.to, pair.left(nowNanos), Left::least));
    return left;
  }

  /** Returns what is left where the fewest are. */
  Left least(long nowNanos) {
    return pairs.stream().map(pair -> pair.left(nowNanos)).reduce(Left::least).orElse(begun);
  }

  /** Returns what there is where nobody has asked for any yet. */
  Left begun() {
    return begun;
  }
}
