package io.tollgate.proxy;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All targets that routes name, shared by the event loops: each finds out for all of them. Safe for
 * all threads.
 */
public final class UpstreamTargets {
  private final TargetConfig config;
  private final TargetMetrics metrics;
  private final LongSupplier monotonicNanos;
  private final ConcurrentHashMap<Name, UpstreamTarget> targets = new ConcurrentHashMap<>();
  private final AtomicInteger version = new AtomicInteger();

  /** Where two routes ask a target in other ways, each has its own view of it. */
  private record Name(URI url, String check, UpstreamProtocol protocol) {
    static Name of(URI url, Destination to) {
      return new Name(url, to.check(), to.protocol());
    }
  }

  /** Makes a list without targets. */
  public UpstreamTargets(TargetConfig config, MeterRegistry metrics) {
    this(config, metrics, System::nanoTime);
  }

  UpstreamTargets(TargetConfig config, MeterRegistry metrics, LongSupplier monotonicNanos) {
    this.config = config;
    this.metrics = new TargetMetrics(metrics, this);
    this.monotonicNanos = monotonicNanos;
  }

  TargetConfig config() {
    return config;
  }

  TargetMetrics metrics() {
    return metrics;
  }

  /** Returns a number that changes with each endpoint that comes, goes, fails or serves again. */
  int version() {
    return version.get();
  }

  /** Takes the targets of these routes, and lets go of those that none of them names. */
  public void retainOnly(Collection<Route> routes) {
    Set<Name> named = new HashSet<>();
    for (Route route : routes) {
      Destination to = route.destination();
      for (URI url : to.urls()) {
        var name = Name.of(url, to);
        named.add(name);
        targets.computeIfAbsent(name, this::make);
      }
    }
    targets.keySet().retainAll(named);
    metrics.retainOnly(targets.values());
    version.incrementAndGet();
  }

  /** Returns those of a destination's targets that routes name, be it others by now. */
  List<UpstreamTarget> of(Destination to) {
    List<UpstreamTarget> named = new ArrayList<>();
    for (URI url : to.urls()) {
      UpstreamTarget known = targets.get(Name.of(url, to));
      if (known != null) {
        named.add(known);
      }
    }
    return named;
  }

  /** Makes the targets of a destination that no route names any more: such as nobody watches. */
  List<UpstreamTarget> gone(Destination to) {
    return to.urls().stream().map(url -> make(Name.of(url, to))).toList();
  }

  /** Returns whether it is one of those that routes name. */
  boolean has(Endpoint endpoint) {
    UpstreamTarget of =
        targets.get(new Name(endpoint.url(), endpoint.check(), endpoint.protocol()));
    return of != null && of.endpoints().contains(endpoint);
  }

  private UpstreamTarget make(Name name) {
    return new UpstreamTarget(
        name.url(), address -> endpoint(name, address), monotonicNanos.getAsLong());
  }

  private Endpoint endpoint(Name name, @Nullable InetAddress address) {
    String place = UpstreamAddress.place(name.url());
    boolean asked = !name.check().isEmpty();
    var health =
        new Health(config, asked, change -> changed(place, change), monotonicNanos.getAsLong());
    if (asked) {
      health.watch();
    }
    return new Endpoint(name.url(), address, name.check(), name.protocol(), health);
  }

  private void changed(String place, Health.Change change) {
    version.incrementAndGet();
    metrics.changed(place, change);
  }

  Collection<UpstreamTarget> all() {
    return targets.values();
  }

  /** A name has been looked up, and stands for other addresses than before. */
  void changed() {
    version.incrementAndGet();
  }

  /** Returns each endpoint with its state, for those who run the process. */
  public JsonArray state() {
    long nowNanos = monotonicNanos.getAsLong();
    var state = new JsonArray();
    for (UpstreamTarget target : targets.values()) {
      for (Endpoint endpoint : target.endpoints()) {
        state.add(state(endpoint, nowNanos));
      }
    }
    return state;
  }

  private static JsonObject state(Endpoint endpoint, long nowNanos) {
    Health health = endpoint.health();
    InetAddress address = endpoint.address();
    return new JsonObject()
        .put("target", UpstreamAddress.place(endpoint.url()))
        .put("address", address == null ? "not looked up" : address.getHostAddress())
        .put("state", health.isInUse() ? "in use" : "ejected")
        .put("seconds", health.since(nowNanos).toSeconds())
        .put("share-percent", health.isInUse() ? health.share(nowNanos) : 0)
        .put("failures", health.failures());
  }
}
