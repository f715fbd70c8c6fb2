package io.tollgate.edge;

import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.limit.LimitVerticle;
import io.tollgate.meter.MeterVerticle;
import io.tollgate.principal.PrincipalKeys;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.RouteTable;
import io.tollgate.proxy.UpstreamTargets;
import io.tollgate.quota.QuotaVerticle;
import io.tollgate.ring.VerifierVerticle;
import io.tollgate.tls.TlsFault;
import io.tollgate.trace.Tracing;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.BindException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A running gateway: its stores, its ring and its listeners, put together. Safe for all threads.
 */
public final class Gateway {
  /** How long clients are told of the end, at most, before any of their connections is closed. */
  private static final Duration DRAIN_NOTICE = Duration.ofMillis(500);

  private final Vertx vertx;
  private final GatewayConfig config;
  private final VerifierVerticle lookups;
  private final MeterVerticle meter;
  private @Nullable QuotaVerticle quotas;
  private final LimitVerticle limits;
  private final List<EdgeVerticle> edges;
  private final List<Future<String>> deployments;
  private final EdgeMetrics edgeMetrics;
  private final CertificateWatch certificates;
  private final PrincipalKeys principals;
  private final UpstreamTargets targets;
  private @Nullable AccessLog accessLog;
  private volatile @Nullable Tracing tracing;
  private volatile @Nullable Listener listener;
  private volatile RouteTable routes;
  private @Nullable Future<Void> stopped;

  private Gateway(
      Vertx vertx,
      GatewayConfig config,
      VerifierVerticle lookups,
      MeterVerticle meter,
      LimitVerticle limits,
      MeterRegistry metrics,
      CertificateWatch certificates,
      RouteTable routes) {
    this.vertx = vertx;
    this.config = config;
    this.lookups = lookups;
    this.meter = meter;
    this.limits = limits;
    edgeMetrics = new EdgeMetrics(metrics);
    this.routes = routes;
    this.certificates = certificates;
    targets = new UpstreamTargets(config.proxy().targets(), metrics);
    principals = new PrincipalKeys(config.pepper());
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
    CertificateWatch certificates;
    try {
      certificates = CertificateWatch.of(config, metrics);
    } catch (TlsFault fault) {
      return Future.failedFuture(new IllegalStateException(fault.getMessage(), fault));
    }
    var lookups = new VerifierVerticle(config.verifier(), "edge", metrics);
    var meter =
        new MeterVerticle(
            config.meter(),
            config.postgres(),
            config.edge().eventLoops(),
            config.name(),
            () -> lookups.verifier().storeMillis(),
            "edge",
            metrics);
    var limits =
        new LimitVerticle(
            config.limit(), config.redis(), config.postgres(), lookups.self(), metrics);
    var gateway = new Gateway(vertx, config, lookups, meter, limits, metrics, certificates, table);
    gateway.prepare(routes);
    return vertx
        .deployVerticle(lookups)
        .compose(deployed -> vertx.deployVerticle(meter))
        .compose(deployed -> vertx.deployVerticle(gateway.openQuotas(metrics)))
        .compose(deployed -> vertx.deployVerticle(limits))
        .compose(deployed -> gateway.listen(metrics))
        .recover(failure -> gateway.stop().transform(stopped -> Future.failedFuture(failure)))
        .map(gateway);
  }

  private QuotaVerticle openQuotas(MeterRegistry metrics) {
    var opened =
        new QuotaVerticle(
            config.postgres(),
            meter.meter().instance(),
            meter.meter().boot(),
            () -> lookups.verifier().storeMillis(),
            metrics);
    quotas = opened;
    return opened;
  }

  /** Makes what routes need before a request waits for it, and shows that it works. */
  private void prepare(List<Route> routed) {
    targets.retainOnly(routed);
    if (routed.stream().anyMatch(route -> !route.principal().isEmpty())) {
      principals.toJwks(System.currentTimeMillis());
    }
  }

  private Future<?> listen(MeterRegistry metrics) {
    accessLog = AccessLog.open(config.edge().accessLog(), metrics);
    tracing = Tracing.open(config.trace(), config.name(), metrics);
    var parts =
        new EdgeParts(
            lookups.verifier(),
            limits.limiter(),
            Objects.requireNonNull(quotas).gate(),
            meter.meter(),
            edgeMetrics,
            System::nanoTime,
            accessLog,
            certificates.clients(),
            certificates.upstreams(),
            targets,
            principals,
            tracing,
            new OpenWebSockets(config.edge().webSockets(), metrics),
            config.edge().clients());
    certificates.start(vertx);
    for (int loop = 0; loop < config.edge().eventLoops(); loop++) {
      var edge = new EdgeVerticle(config.edge(), config.proxy(), parts, () -> routes);
      edges.add(edge);
      deployments.add(vertx.deployVerticle(edge));
    }
    return Future.all(deployments)
        .compose(
            deployed ->
                Listener.open(
                    vertx, config.edge(), new Acceptor(config.edge(), edges, edgeMetrics)))
        .onSuccess(opened -> listener = opened)
        .recover(failure -> Future.failedFuture(explained(failure)));
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
    prepare(newRoutes);
    routes = table;
    edges.forEach(edge -> edge.route(table));
    edgeMetrics.retainOnly(newRoutes);
  }

  /**
   * Looks whether the files of TLS have changed, as is done every few seconds by itself; completes
   * when new ones are used for the connections that come from then on. Faulty ones change nothing.
   */
  public Future<?> reloadCertificates() {
    return certificates.look(vertx);
  }

  /** Returns the public keys of signed principals, as a JWK set (RFC 7517, 5). */
  public JsonObject principalKeys() {
    return principals.toJwks(lookups.verifier().storeMillis());
  }

  /** Returns the state of each address that requests are forwarded to. */
  public JsonArray targets() {
    return targets.state();
  }

  /** Completes if a key can be verified now, else fails and says why. */
  public Future<Void> ready() {
    return lookups.verifier().ready();
  }

  /** Returns the port listened on. */
  public int port() {
    Listener known = listener;
    return known == null ? config.edge().port() : known.port();
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
    Listener known = listener;
    Future<?> drained = known == null ? Future.succeededFuture() : drain(known);
    Future<Void> all =
        drained
            .transform(over -> Future.join(undeployEdges()))
            .transform(edgesStopped -> undeploy(quotas))
            // All is counted by now.
            .transform(leased -> vertx.undeploy(meter.deploymentID()))
            // The look-ups last: requests that were under way may have needed one.
            .transform(metered -> vertx.undeploy(lookups.deploymentID()))
            .transform(lookupsStopped -> vertx.undeploy(limits.deploymentID()))
            .eventually(this::closeTracing)
            .onComplete(over -> closeLog())
            .onComplete(over -> certificates.stop(vertx));
    stopped = all;
    return all;
  }

  /** Waits for the spans that are left, on a thread that may wait. */
  private Future<@Nullable Boolean> closeTracing() {
    Tracing known = tracing;
    return known == null
        ? Future.succeededFuture()
        : vertx.executeBlocking(
            () -> {
              known.close();
              return true;
            });
  }

  private void closeLog() {
    AccessLog known = accessLog;
    if (known != null) {
      known.close();
    }
  }

  /** Tells the clients, then closes the listener, then each connection that is not in use. */
  private Future<?> drain(Listener known) {
    Future<?> gone = Future.join(edges.stream().map(EdgeVerticle::announceEnd).toList());
    return Future.any(gone, vertx.timer(DRAIN_NOTICE.toMillis(), TimeUnit.MILLISECONDS))
        .transform(noticed -> known.close())
        .transform(closed -> Future.join(edges.stream().map(EdgeVerticle::drain).toList()));
  }

  private Future<Void> undeploy(@Nullable QuotaVerticle opened) {
    return opened == null ? Future.succeededFuture() : vertx.undeploy(opened.deploymentID());
  }

  private List<Future<Void>> undeployEdges() {
    return deployments.stream()
        .filter(Future::succeeded)
        .map(deployment -> vertx.undeploy(deployment.result()))
        .toList();
  }
}
