package io.tollgate.management.billing;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * All that a statement is made of, as it stood when it was read: what was used and subscribed to,
 * and what its versions charge. Immutable.
 *
 * @param uses of the month itself, and of earlier months of which something came in it
 * @param versions by id; one that nobody knows is missing
 */
record Account(
    String payer,
    Month month,
    List<Uses> uses,
    List<Period> periods,
    Map<String, PricedVersion> versions) {
  Account {
    uses =
        uses.stream()
            .sorted(Comparator.comparing(Uses::month).thenComparing(Uses::version))
            .toList();
    periods =
        periods.stream()
            .sorted(Comparator.comparingLong(Period::start).thenComparing(Period::itemId))
            .toList();
    versions = Map.copyOf(versions);
  }

  boolean isEmpty() {
    return uses.isEmpty() && periods.isEmpty();
  }
}
