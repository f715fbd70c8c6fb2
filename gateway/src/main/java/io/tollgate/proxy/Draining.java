package io.tollgate.proxy;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Endpoints to which no route leads any more, for as long as they have requests or WebSockets under
 * way. Safe for all threads.
 */
final class Draining {
  /** Till then all event loops know that an endpoint has gone, and give it nothing more. */
  private static final long KNOWN_NANOS = Duration.ofSeconds(1).toNanos();

  private final Map<Endpoint, Long> goneNanos = new ConcurrentHashMap<>();

  void begin(Collection<Endpoint> gone, long nowNanos) {
    gone.forEach(endpoint -> goneNanos.put(endpoint, nowNanos));
  }

  /** They are back, or were never away. */
  void stop(Collection<Endpoint> present) {
    goneNanos.keySet().removeAll(present);
  }

  /** Forgets those that have nothing more to do; returns whether there were any. */
  boolean forgetIdle(long nowNanos) {
    return !goneNanos.isEmpty()
        && goneNanos
            .entrySet()
            .removeIf(gone -> !isBusy(gone.getKey()) && nowNanos - gone.getValue() > KNOWN_NANOS);
  }

  private static boolean isBusy(Endpoint endpoint) {
    return endpoint.load().requests() > 0 || endpoint.load().webSockets() > 0;
  }

  List<Endpoint> endpoints() {
    return goneNanos.keySet().stream().filter(Draining::isBusy).toList();
  }
}
