package io.tollgate.management;

import io.tollgate.management.directory.DirectoryRouter;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.InvalidHead;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.BindException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The listener of the management API: one of several event loops that share its port. */
final class ManagementVerticle extends VerticleBase {
  private static final int IDLE_SECONDS_MAX = 75;

  /** A revocation under way waits for its proof, so it can come to its end. */
  private static final int GRACE_SECONDS = 10;

  private final String host;
  private final int port;
  private final Endpoints endpoints;
  private final DirectoryRouter directories;
  private final ClientConnections connections;
  private volatile @Nullable HttpServer server;

  ManagementVerticle(
      String host,
      int port,
      Endpoints endpoints,
      DirectoryRouter directories,
      ClientConnections connections) {
    this.host = host;
    this.port = port;
    this.endpoints = endpoints;
    this.directories = directories;
    this.connections = connections;
  }

  @Override
  public Future<?> start() {
    var options =
        new HttpServerOptions()
            .setHost(host)
            // Below 0: one free port for all loops.
            .setPort(port == 0 ? -1 : port)
            .setIdleTimeout(IDLE_SECONDS_MAX)
            .setMaxInitialLineLength(InvalidHead.LINE_BYTES_MAX)
            .setMaxHeaderSize(InvalidHead.HEADERS_BYTES_MAX)
            // Else a connection would be known of, and bounded, only once it has said something.
            .setHttp2ClearTextEnabled(false)
            .setHandle100ContinueAutomatically(true);
    HttpServer listener =
        vertx
            .createHttpServer(options)
            .connectionHandler(this::opened)
            .requestHandler(this::handle)
            .invalidRequestHandler(this::handleInvalid);
    server = listener;
    connections.watch(vertx);
    return listener.listen().recover(this::refused);
  }

  private void opened(HttpConnection connection) {
    HeadStart.watch(connection);
    connections.opened(connection);
  }

  private void handleInvalid(HttpServerRequest request) {
    if (HeadStart.leadsToDirectories(request.connection())) {
      directories.handleInvalid(request);
    } else {
      endpoints.handleInvalid(request);
    }
  }

  private void handle(HttpServerRequest request) {
    connections.requested(request.connection());
    if (DirectoryRouter.leadsHere(request.path())) {
      directories.handle(request);
    } else {
      endpoints.handle(request);
    }
  }

  private Future<HttpServer> refused(Throwable failure) {
    return Future.failedFuture(
        failure instanceof BindException
            ? new IllegalStateException(
                "management can't listen on "
                    + host
                    + ":"
                    + port
                    + ", another program may hold the port: see management.port",
                failure)
            : failure);
  }

  int port() {
    HttpServer listener = server;
    return listener == null ? port : listener.actualPort();
  }

  @Override
  public Future<?> stop() {
    HttpServer listener = server;
    return listener == null
        ? Future.succeededFuture()
        : listener.shutdown(GRACE_SECONDS, TimeUnit.SECONDS);
  }
}
