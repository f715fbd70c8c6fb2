package io.tollgate.edge;

import io.micrometer.core.instrument.Timer;
import io.tollgate.proxy.Route;
import java.util.IdentityHashMap;

/**
 * The timers of the routes in use, found without hashing a route's every field.
 *
 * <p>Confined to the event loop that owns it.
 */
final class RouteTimers {
  private final EdgeMetrics metrics;
  private final IdentityHashMap<Route, Timer> timers = new IdentityHashMap<>();

  RouteTimers(EdgeMetrics metrics) {
    this.metrics = metrics;
  }

  Timer of(Route route) {
    Timer known = timers.get(route);
    if (known == null) {
      known = metrics.timer(route);
      timers.put(route, known);
    }
    return known;
  }

  /** The routes have changed. */
  void forget() {
    timers.clear();
  }
}
