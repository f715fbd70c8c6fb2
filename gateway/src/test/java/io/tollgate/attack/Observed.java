package io.tollgate.attack;

import java.util.List;

/**
 * How a case ended, seen from both sides.
 *
 * @param unfinished whether the client's bytes end within a response
 * @param ended whether the client's connection was closed
 * @param half whether a request began to reach the upstream and never did as a whole
 */
record Observed(
    List<Integer> statuses, boolean unfinished, boolean ended, List<String> asked, boolean half) {

  @Override
  public String toString() {
    return "client: "
        + statuses
        + (unfinished ? " and a part" : "")
        + (ended ? ", closed" : ", left open")
        + "; upstream: "
        + asked
        + (half ? " and a part" : "");
  }
}
