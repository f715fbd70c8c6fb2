package io.tollgate.proxy;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
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
  private final Draining draining = new Draining();
  private final RetryBudgets budgets;
  private final AtomicInteger version = new AtomicInteger();
  private volatile Map<String, List<UpstreamTarget>> places = Map.of();

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
    this.monotonicNanos = monotonicNanos;
    budgets = new RetryBudgets(config.retryPercentMax());
    this.metrics = new TargetMetrics(metrics, this);
  }

  TargetConfig config() {
    return config;
  }

  long nowNanos() {
    return monotonicNanos.getAsLong();
  }

  TargetMetrics metrics() {
    return metrics;
  }

  RetryBudgets budgets() {
    return budgets;
  }

  /** Returns a number that changes with each endpoint that comes, goes, fails or serves again. */
  int version() {
    return version.get();
  }

  /** Takes the targets of these routes, and lets go of those that none of them names. */
  public synchronized void retainOnly(Collection<Route> routes) {
    Set<Name> named = new HashSet<>();
    for (Route route : routes) {
      Destination to = route.destination();
      for (URI url : to.urls()) {
        var name = Name.of(url, to);
        named.add(name);
        targets.computeIfAbsent(name, this::make);
      }
    }
    long nowNanos = monotonicNanos.getAsLong();
    targets.forEach(
        (name, target) -> {
          if (!named.contains(name)) {
            draining.begin(target.endpoints(), nowNanos);
          }
        });
    targets.keySet().retainAll(named);
    places = targets.values().stream().collect(Collectors.groupingBy(UpstreamTarget::place));
    metrics.retainOnly();
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

  /** Returns those of a host and port: routes may ask them in other ways. */
  List<UpstreamTarget> at(String place) {
    return places.getOrDefault(place, List.of());
  }

  /** Returns every host and port that routes name. */
  Set<String> places() {
    return places.keySet();
  }

  Draining draining() {
    return draining;
  }

  /** Takes what a target's name stands for now; returns whether that has changed. */
  synchronized boolean resolved(
      UpstreamTarget target, Collection<InetSocketAddress> found, long nowNanos) {
    Set<Endpoint> gone = new HashSet<>(target.endpoints());
    // A look-up may end after its target was taken from the routes.
    if (!targets.containsValue(target) || !target.resolved(found, nowNanos)) {
      return false;
    }
    List<Endpoint> present = target.endpoints();
    present.forEach(gone::remove);
    draining.begin(gone, monotonicNanos.getAsLong());
    draining.stop(present);
    version.incrementAndGet();
    return true;
  }

  /** Lets go of the endpoints that have gone and have nothing more to do. */
  void forgetDrained() {
    if (draining.forgetIdle(monotonicNanos.getAsLong())) {
      metrics.retainOnly();
    }
  }

  /** Returns each endpoint with its state, for those who run the process. */
  public JsonArray state() {
    long nowNanos = monotonicNanos.getAsLong();
    Map<Name, RetryBudgets.Left> left = retriesLeft(nowNanos);
    var state = new JsonArray();
    targets.forEach(
        (name, target) -> {
          RetryBudgets.Left retries = left.getOrDefault(name, budgets.begun());
          target.endpoints().forEach(each -> state.add(state(each, retries, nowNanos)));
        });
    for (Endpoint endpoint : draining.endpoints()) {
      state.add(told(endpoint).put("state", "draining"));
    }
    return state;
  }

  /** Of several routes to one target, that counts which has the fewest. */
  private Map<Name, RetryBudgets.Left> retriesLeft(long nowNanos) {
    Map<Name, RetryBudgets.Left> left = new HashMap<>();
    budgets
        .left(nowNanos)
        .forEach(
            (to, ofAll) ->
                to.urls()
                    .forEach(url -> left.merge(Name.of(url, to), ofAll, RetryBudgets.Left::least)));
    return left;
  }

  private static JsonObject state(Endpoint endpoint, RetryBudgets.Left left, long nowNanos) {
    Health health = endpoint.health();
    return told(endpoint)
        .put("state", health.isInUse() ? "in use" : "ejected")
        .put("seconds", health.since(nowNanos).toSeconds())
        .put("share-percent", health.isInUse() ? health.share(nowNanos) : 0)
        .put("failures", health.failures())
        .put("retries-left", left.sent())
        .put("retries-unsent-left", left.unsent());
  }

  /** Tells which one it is, and what it has under way. */
  private static JsonObject told(Endpoint endpoint) {
    InetAddress address = endpoint.address();
    return new JsonObject()
        .put("target", UpstreamAddress.place(endpoint.url()))
        .put("address", address == null ? "not looked up" : address.getHostAddress())
        .put("url", endpoint.url().toString())
        .put("check", endpoint.check())
        .put("protocol", endpoint.protocol().name().toLowerCase(Locale.ROOT))
        .put("requests", endpoint.load().requests())
        .put("websockets", endpoint.load().webSockets())
        .put("connections", endpoint.load().connections());
  }
}
