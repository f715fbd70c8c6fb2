package io.tollgate.fault;

import java.util.Locale;

/** What a fault did to one invariant. Immutable. */
record Finding(String fault, String invariant, boolean holds, String seen) {
  String line() {
    return String.format(
        Locale.ROOT, "%-28s %-30s %-6s %s", fault, invariant, holds ? "ok" : "BROKEN", seen);
  }
}
