package io.tollgate.deploy;

import io.tollgate.edge.Gateway;
import io.tollgate.edge.GatewayConfig;
import io.tollgate.management.Management;
import io.tollgate.management.ManagementConfig;
import io.tollgate.proxy.Route;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of this process that serve, started in order and stopped in the opposite one. */
final class Serving {
  private static final Logger LOG = LoggerFactory.getLogger(Serving.class);
  private static final Duration START_DEADLINE = Duration.ofSeconds(60);
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);

  private final Settings settings;
  private final Readiness readiness = new Readiness();
  private final Metrics metrics = new Metrics();
  private final Vertx vertx;
  private final InternalListener internal;
  private @Nullable Management management;
  private @Nullable Gateway gateway;
  private int internalPort;

  private Serving(Settings settings) {
    this.settings = settings;
    vertx = Vertx.vertx(options(settings));
    internal = new InternalListener(vertx, readiness, metrics);
  }

  static VertxOptions options(Settings settings) {
    // Without a period, names in the file of hosts would be for ever what they were at the start.
    // Vert.x 5.0 takes the milliseconds for nanoseconds, and so reads it at each look-up.
    long hostsMillis = settings.get(TargetCatalogue.RESOLVE_INTERVAL).toMillis();
    return new VertxOptions()
        .setPreferNativeTransport(true)
        .setEventLoopPoolSize(settings.get(Catalogue.EDGE_EVENT_LOOPS))
        .setAddressResolverOptions(
            new AddressResolverOptions().setHostsRefreshPeriod((int) Math.max(1, hostsMillis)));
  }

  /** What a process may serve. */
  enum Part {
    EDGE,
    MANAGEMENT
  }

  /**
   * Starts the parts; where one can't start, none is left running.
   *
   * @throws SettingFault if the settings don't go together
   * @throws StartFault if a part can't start
   */
  static Serving start(Settings settings, Set<Part> parts) {
    NettyVersion.check();
    var plan = Plan.of(settings, parts);
    checkPorts(settings, parts);
    var serving = new Serving(settings);
    try {
      serving.start(plan);
      return serving;
    } catch (StartFault e) {
      serving.stop();
      throw e;
    }
  }

  static void checkPorts(Settings settings, Set<Part> parts) {
    PortCheck.check(settings, Catalogue.INTERNAL_HOST, Catalogue.INTERNAL_PORT);
    if (parts.contains(Part.MANAGEMENT)) {
      PortCheck.check(
          settings, ManagementCatalogue.MANAGEMENT_HOST, ManagementCatalogue.MANAGEMENT_PORT);
    }
    if (parts.contains(Part.EDGE)) {
      PortCheck.check(settings, Catalogue.EDGE_HOST, Catalogue.EDGE_PORT);
    }
  }

  /** All configuration, checked before anything is started. */
  private record Plan(
      @Nullable ManagementConfig management, @Nullable GatewayConfig gateway, List<Route> routes) {
    static Plan of(Settings settings, Set<Part> parts) {
      var composition = new Composition(settings);
      boolean edge = parts.contains(Part.EDGE);
      return new Plan(
          parts.contains(Part.MANAGEMENT) ? composition.management() : null,
          edge ? composition.gateway() : null,
          edge ? RouteEntries.of(settings) : List.of());
    }
  }

  private void start(Plan plan) {
    // The internal listener first: who watches the start must be able to ask how it goes.
    internalPort =
        started(
            "the internal listener",
            internal.listen(
                settings.get(Catalogue.INTERNAL_HOST), settings.get(Catalogue.INTERNAL_PORT)));
    if (plan.management != null) {
      Management started =
          started("management", Management.start(vertx, plan.management, metrics.registry()));
      management = started;
      readiness.add("management", started::ready);
    }
    if (plan.gateway != null) {
      Gateway started =
          started("the edge", Gateway.start(vertx, plan.gateway, plan.routes, metrics.registry()));
      gateway = started;
      internal.publish(started::principalKeys);
      internal.tellOf(started::targets);
      readiness.add("edge", started::ready);
    }
    readiness.started();
    LOG.info(
        "started: edge {}, management {}, internal {}",
        gateway == null ? "off" : gateway.port(),
        management == null ? "off" : management.port(),
        internalPort);
  }

  private static <T> T started(String part, Future<T> start) {
    try {
      return start
          .toCompletionStage()
          .toCompletableFuture()
          .get(START_DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      LOG.debug("{} did not start", part, e.getCause());
      throw new StartFault(part + " can't start: " + Sentence.of(e.getCause()));
    } catch (TimeoutException e) {
      throw new StartFault(part + " did not start within " + START_DEADLINE.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFault(part + " was interrupted while it started");
    }
  }

  Vertx vertx() {
    return vertx;
  }

  @Nullable Gateway gateway() {
    return gateway;
  }

  int managementPort() {
    return management == null ? 0 : management.port();
  }

  int edgePort() {
    return gateway == null ? 0 : gateway.port();
  }

  int internalPort() {
    return internalPort;
  }

  /** Stops: readiness says no, the delay passes, requests under way end, everything closes. */
  void stop() {
    boolean served = gateway != null || management != null;
    readiness.drain();
    if (served) {
      LOG.info("stopping: not ready any more, listeners stay for the delay");
      Duration delay = settings.get(Catalogue.SHUTDOWN_READY_DELAY);
      if (!delay.isZero()) {
        Future<Void> over = vertx.timer(delay.toMillis(), TimeUnit.MILLISECONDS).mapEmpty();
        ended("the delay", over, delay.plus(CLOSE_DEADLINE));
      }
      List<Future<Void>> stops = new ArrayList<>();
      if (gateway != null) {
        stops.add(gateway.stop());
      }
      if (management != null) {
        stops.add(management.stop());
      }
      Duration drain = settings.get(Catalogue.EDGE_DRAIN_DEADLINE);
      ended("the parts", Future.join(stops).mapEmpty(), drain.plus(CLOSE_DEADLINE));
    }
    ended("the internal listener", internal.close(), CLOSE_DEADLINE);
    ended("the event loops", vertx.close(), CLOSE_DEADLINE);
    metrics.close();
    if (served) {
      LOG.info("stopped");
    }
  }

  private static void ended(String what, Future<Void> end, Duration deadline) {
    try {
      end.toCompletionStage().toCompletableFuture().get(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      LOG.warn("{} ended with a fault: {}", what, Sentence.of(e.getCause()));
    } catch (TimeoutException e) {
      LOG.warn("{} did not end within {} s and are cut", what, deadline.toSeconds());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
