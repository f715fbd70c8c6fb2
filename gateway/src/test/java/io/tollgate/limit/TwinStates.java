package io.tollgate.limit;

import io.tollgate.store.LimitAnswer;
import io.tollgate.store.LimitTerms;
import io.tollgate.store.LimitTrip;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the script in Redis does, in Java: so that it can be run on a virtual clock. */
final class TwinStates {
  private final Map<String, Gcra> states = new HashMap<>();
  private final boolean leasesCountFromNow;

  /**
   * Begins without any state.
   *
   * @param leasesCountFromNow to take away the rule that makes leases safe
   */
  TwinStates(boolean leasesCountFromNow) {
    this.leasesCountFromNow = leasesCountFromNow;
  }

  void wipe() {
    states.clear();
  }

  LimitAnswer run(LimitTrip trip, long nowMicros) {
    List<LimitTerms> limits = trip.limits();
    int passed = 0;
    for (long cost : trip.costs()) {
      boolean fits =
          limits.stream()
              .allMatch(limit -> state(limit).waitMicros(rate(limit), cost, nowMicros) == 0);
      if (!fits) {
        break;
      }
      limits.forEach(limit -> state(limit).take(rate(limit), cost, nowMicros, nowMicros));
      passed++;
    }
    List<Long> leased = new ArrayList<>();
    List<Long> arrivals = new ArrayList<>();
    for (LimitTerms limit : limits) {
      boolean leases = limit.ahead() > 0 && (trip.costs().isEmpty() || passed > 0);
      leased.add(leases ? lease(limit, nowMicros) : 0);
      arrivals.add(Math.max(nowMicros, state(limit).arrivalMicros()));
    }
    return new LimitAnswer(nowMicros, passed, leased, arrivals);
  }

  private Gcra state(LimitTerms limit) {
    return states.computeIfAbsent(limit.name(), unused -> new Gcra());
  }

  private static Rate rate(LimitTerms limit) {
    return new Rate(limit.q(), limit.p(), limit.burst());
  }

  private long lease(LimitTerms limit, long nowMicros) {
    Rate rate = rate(limit);
    Gcra state = state(limit);
    long from = nowMicros + (leasesCountFromNow ? 0 : limit.leaseMicros());
    boolean isBehind = state.arrivalMicros() < from;
    long whole = isBehind ? from : state.arrivalMicros();
    long part = isBehind ? 0 : state.rest();
    double q = limit.q();
    double room = rate.burstMicros() - (whole - nowMicros) + (rate.burstRest() - part) / q;
    long units = Math.min(limit.ahead(), (long) Math.floor(room * q / limit.p()));
    while (units > 0 && !state.take(rate, units, from, nowMicros)) {
      units--;
    }
    return Math.max(0, units);
  }
}
