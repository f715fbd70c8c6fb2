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
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One event loop of the edge: its listener, and the {@link Edge} that serves it. */
final class EdgeVerticle extends VerticleBase {
  private static final int ANY_PORT = -1;

  private final EdgeConfig config;
  private final ProxyConfig proxyConfig;
  private final EdgeParts parts;
  private final Supplier<RouteTable> routes;
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
        .requestHandler(
            request -> {
              closeIfAsked(request);
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

  /** The server knows "close" where it stands alone; RFC 9110 allows it in a list. */
  private static void closeIfAsked(HttpServerRequest request) {
    String options = request.getHeader("connection");
    if (options == null || options.indexOf(',') < 0) {
      return;
    }
    for (String option : options.split(",", -1)) {
      if (option.strip().equalsIgnoreCase("close")) {
        request.response().putHeader("connection", "close");
        request.response().endHandler(sent -> request.connection().close());
        return;
      }
    }
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

  @Override
  public Future<?> stop() {
    HttpServer known = server;
    return known == null
        ? Future.succeededFuture()
        : known.shutdown(config.drainDeadline().toMillis(), TimeUnit.MILLISECONDS);
  }
}
