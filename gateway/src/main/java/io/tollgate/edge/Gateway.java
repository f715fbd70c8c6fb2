package io.tollgate.edge;

import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.limit.RateLimiter;
import io.tollgate.meter.UsageMeter;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.RouteTable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A running gateway: its stores, its ring and its listeners, put together. Safe for all threads.
 */
public final class Gateway {
  private final Vertx vertx;
  private final GatewayConfig config;
  private final LookupVerticle lookups;
  private final List<EdgeVerticle> edges;
  private final List<Future<String>> deployments;
  private volatile RouteTable routes;
  private @Nullable Future<Void> stopped;

  private Gateway(Vertx vertx, GatewayConfig config, LookupVerticle lookups, RouteTable routes) {
    this.vertx = vertx;
    this.config = config;
    this.lookups = lookups;
    this.routes = routes;
    edges = new ArrayList<>(config.edge().eventLoops());
    deployments = new ArrayList<>(config.edge().eventLoops());
  }

  /**
   * Starts a gateway.
   *
   * @return failed with an {@link IllegalStateException} whose message is one sentence for the
   *     operator where it can't start (the port is taken, the schema is too new)
   */
  public static Future<Gateway> start(
      Vertx vertx, GatewayConfig config, List<Route> routes, MeterRegistry metrics) {
    RouteTable table = RouteTable.of(routes);
    var lookups = new LookupVerticle(config, metrics);
    var gateway = new Gateway(vertx, config, lookups, table);
    return vertx
        .deployVerticle(lookups)
        .compose(deployed -> gateway.listen(metrics))
        .recover(failure -> gateway.stop().transform(stopped -> Future.failedFuture(failure)))
        .map(gateway);
  }

  private Future<?> listen(MeterRegistry metrics) {
    var parts =
        new EdgeParts(
            lookups.verifier(),
            new RateLimiter(config.limit()),
            new UsageMeter(metrics),
            new EdgeMetrics(metrics),
            System::nanoTime);
    for (int loop = 0; loop < config.edge().eventLoops(); loop++) {
      var edge = new EdgeVerticle(config.edge(), config.proxy(), parts, () -> routes);
      edges.add(edge);
      deployments.add(vertx.deployVerticle(edge));
    }
    return Future.all(deployments)
        .recover(failure -> Future.failedFuture(explained(failure)))
        .mapEmpty();
  }

  private Throwable explained(Throwable failure) {
    if (failure instanceof BindException) {
      String address = config.edge().host() + ':' + config.edge().port();
      return new IllegalStateException(
          "edge.port: " + address + " can't be listened on: " + failure.getMessage(), failure);
    }
    return failure;
  }

  /** Takes new routes for the requests that come from now on; those under way keep theirs. */
  public void route(List<Route> newRoutes) {
    RouteTable table = RouteTable.of(newRoutes);
    routes = table;
    edges.forEach(edge -> edge.route(table));
  }

  /** Completes if a key can be verified now, else fails and says why. */
  public Future<Void> ready() {
    return lookups.verifier().ready();
  }

  /** Returns the port listened on. */
  public int port() {
    return edges.get(0).port();
  }

  /**
   * Stops: takes no new request, lets those under way end within the drain deadline. A second call
   * joins the first.
   */
  public synchronized Future<Void> stop() {
    Future<Void> begun = stopped;
    if (begun != null) {
      return begun;
    }
    List<Future<Void>> stops =
        deployments.stream()
            .filter(Future::succeeded)
            .map(deployment -> vertx.undeploy(deployment.result()))
            .toList();
    // The look-ups last: requests that are under way may still need one.
    Future<Void> all =
        Future.join(stops).transform(edgesStopped -> vertx.undeploy(lookups.deploymentID()));
    stopped = all;
    return all;
  }
}
