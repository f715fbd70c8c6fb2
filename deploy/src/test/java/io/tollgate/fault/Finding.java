package io.tollgate.fault;

import java.util.Locale;

/**
 * What a fault did to one invariant, or to one figure. Immutable.
 *
 * @param seen what the verdict is by
 */
record Finding(String fault, String invariant, Verdict verdict, String seen) {
  /** What a finding means for the run. */
  enum Verdict {
    OK("ok"),
    /** Outside its bound, which a busy machine may explain: told, and no more. */
    MISSED("MISSED"),
    BROKEN("BROKEN");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }
  }

  /** An invariant, which holds or does not. */
  static Finding promise(String fault, String invariant, boolean holds, String seen) {
    return new Finding(fault, invariant, holds ? Verdict.OK : Verdict.BROKEN, seen);
  }

  /**
   * A figure that should be at most its bound.
   *
   * @param limit what no machine explains any more
   */
  static Finding figure(
      String fault, String what, double value, double bound, double limit, String seen) {
    Verdict verdict =
        value <= bound ? Verdict.OK : value <= limit ? Verdict.MISSED : Verdict.BROKEN;
    return new Finding(fault, what, verdict, seen);
  }

  /** The same where the machine never ran steadily, so that nobody can tell whose fault it was. */
  Finding unsure() {
    return isBroken() ? new Finding(fault, invariant, Verdict.MISSED, "unsure: " + seen) : this;
  }

  boolean isBroken() {
    return verdict == Verdict.BROKEN;
  }

  boolean isMissed() {
    return verdict == Verdict.MISSED;
  }

  String line() {
    return String.format(Locale.ROOT, "%-28s %-30s %-6s %s", fault, invariant, verdict.text, seen);
  }
}
