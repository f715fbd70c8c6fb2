package io.tollgate.attack;

import java.util.List;

/**
 * One way in which a case may rightly end.
 *
 * @param statuses of the whole final responses that the client gets, in order
 * @param ending what becomes of the client's connection after them
 * @param asked the method and target of the whole requests that reach the upstream, in order
 * @param half whether the beginning of a request may reach it beside these
 */
record Verdict(List<Integer> statuses, Ending ending, List<String> asked, boolean half) {
  /** What becomes of the client's connection. */
  enum Ending {
    /** It is closed, after whole responses only. */
    CLOSED,
    /** It may stay open, after whole responses only. */
    ANY,
    /** It is closed in the midst of a response, or instead of one. */
    CUT
  }

  private boolean isRefusal() {
    return asked.isEmpty() && ending != Ending.ANY;
  }

  /** Returns whether this is how it ended, as our contract has it. */
  boolean matches(Observed observed) {
    return statuses.equals(observed.statuses()) && endingMatches(observed) && upstream(observed);
  }

  /** Returns whether this is as good as how it ended: another status, or none, is no danger. */
  boolean isAsSafeAs(Observed observed) {
    if (matches(observed)) {
      return true;
    }
    boolean over = observed.ended() || (ending == Ending.ANY && !observed.unfinished());
    boolean whole = isRefusal() || !observed.unfinished();
    return over && whole && sameOrRefused(observed.statuses()) && upstream(observed);
  }

  /** Returns whether these statuses are all, and the connection may stay open after them. */
  boolean mayRestAt(List<Integer> seen) {
    return ending == Ending.ANY && statuses.equals(seen);
  }

  /** Returns whether these statuses may be the beginning of it. */
  boolean mayComeAfter(List<Integer> seen) {
    return statuses.size() >= seen.size() && statuses.subList(0, seen.size()).equals(seen);
  }

  private boolean endingMatches(Observed observed) {
    return switch (ending) {
      case CLOSED -> observed.ended() && !observed.unfinished();
      case ANY -> !observed.unfinished();
      case CUT -> observed.ended();
    };
  }

  /** One refusal is as good as another, and so is the end instead of one. */
  private boolean sameOrRefused(List<Integer> seen) {
    for (int i = 0; i < Math.max(seen.size(), statuses.size()); i++) {
      boolean here = i < seen.size();
      boolean there = i < statuses.size();
      boolean refused = (!here || seen.get(i) >= 400) && (!there || statuses.get(i) >= 400);
      if (!refused && !(here && there && seen.get(i).equals(statuses.get(i)))) {
        return false;
      }
    }
    return true;
  }

  private boolean upstream(Observed observed) {
    return sameRequests(observed) && (half || !observed.half());
  }

  /** A safe request may be sent once more where the first attempt gave no answer. */
  private boolean sameRequests(Observed observed) {
    if (asked.equals(observed.asked())) {
      return true;
    }
    boolean failed = ending == Ending.CUT || statuses.stream().allMatch(status -> status >= 500);
    List<String> once = observed.asked().stream().distinct().toList();
    return failed && asked.equals(once) && asked.size() == 1 && asked.get(0).startsWith("GET ");
  }

  @Override
  public String toString() {
    return "client: "
        + statuses
        + ' '
        + ending
        + ", upstream: "
        + asked
        + (half ? " or a part" : "");
  }
}
