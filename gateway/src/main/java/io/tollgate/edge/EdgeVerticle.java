package io.tollgate.edge;

import io.tollgate.proxy.Forwarder;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.RouteTable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One event loop of the edge: its listener, and the {@link Edge} that serves it. */
final class EdgeVerticle extends VerticleBase {
  private static final int ANY_PORT = -1;
  private static final Duration DRAIN_NOTICE = Duration.ofMillis(500);

  private final EdgeConfig config;
  private final ProxyConfig proxyConfig;
  private final EdgeParts parts;
  private final Supplier<RouteTable> routes;
  private final Connections connections = new Connections();
  private @Nullable HttpServer server;
  private @Nullable Edge edge;
  private @Nullable Refusals refusals;

  EdgeVerticle(
      EdgeConfig config, ProxyConfig proxyConfig, EdgeParts parts, Supplier<RouteTable> routes) {
    this.config = config;
    this.proxyConfig = proxyConfig;
    this.parts = parts;
    this.routes = routes;
  }

  @Override
  public Future<?> start() {
    var newRefusals = new Refusals(vertx, parts.metrics());
    var newEdge =
        new Edge(
            context,
            parts,
            new Forwarder(vertx, proxyConfig),
            newRefusals,
            new RequestIds(new SecureRandom().nextLong()),
            routes.get());
    var listener = vertx.createHttpServer(options());
    refusals = newRefusals;
    edge = newEdge;
    server = listener;
    return listener
        .connectionHandler(connections::opened)
        .requestHandler(
            request -> {
              connections.begin(request);
              newEdge.accept(request);
            })
        .invalidRequestHandler(this::refuseMalformed)
        .listen();
  }

  private HttpServerOptions options() {
    return new HttpServerOptions()
        .setHost(config.host())
        // A negative port is a free one too, but one that all event loops share.
        .setPort(config.port() == 0 ? ANY_PORT : config.port())
        .setMaxInitialLineLength(config.requestLineBytesMax())
        .setMaxHeaderSize(config.headerBytesMax())
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
        .setIdleTimeout((int) config.idleTimeout().toMillis())
        .setHttp2ClearTextEnabled(false)
        .setTcpNoDelay(true)
        .setReuseAddress(true);
  }

  private void refuseMalformed(HttpServerRequest request) {
    Refusals known = refusals;
    if (known != null) {
      known.refuse(request, Refusal.REQUEST_MALFORMED);
    }
    request.connection().close();
  }

  /** Takes new routes; to be called on any thread. */
  void route(RouteTable newRoutes) {
    context.runOnContext(
        unused -> {
          Edge known = edge;
          if (known != null) {
            known.route(newRoutes);
          }
        });
  }

  int port() {
    HttpServer known = server;
    return known == null ? config.port() : known.actualPort();
  }

  /**
   * Announces the end on each connection that is in use before it closes any: a connection that is
   * closed while a client writes its next request on it would lose that request.
   */
  @Override
  public Future<?> stop() {
    HttpServer known = server;
    if (known == null) {
      return Future.succeededFuture();
    }
    connections.announceEnd();
    return vertx
        .timer(DRAIN_NOTICE.toMillis(), TimeUnit.MILLISECONDS)
        .compose(
            noticed -> known.shutdown(config.drainDeadline().toMillis(), TimeUnit.MILLISECONDS));
  }
}
