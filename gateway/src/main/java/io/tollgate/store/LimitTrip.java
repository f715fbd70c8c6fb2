package io.tollgate.store;

import java.util.List;

/**
 * One trip to the central states of some limits.
 *
 * @param limits all of those that the requests which wait are held to
 * @param costs of the requests that wait, in their order; each takes from all limits or from none
 */
public record LimitTrip(List<LimitTerms> limits, List<Long> costs) {
  public LimitTrip {
    limits = List.copyOf(limits);
    costs = List.copyOf(costs);
  }
}
