package io.tollgate.attack;

import java.util.List;

/**
 * What came of a case.
 *
 * @param faults what was wrong; empty if it passed
 * @param transcript the bytes on both sides, escaped
 */
public record Result(Attack attack, List<String> faults, String transcript) {
  public boolean passed() {
    return faults.isEmpty();
  }

  /** Returns all that is needed to understand a failure. */
  public String report() {
    return attack.name()
        + " ("
        + attack.source()
        + ")\n  - "
        + String.join("\n  - ", faults)
        + '\n'
        + transcript;
  }
}
