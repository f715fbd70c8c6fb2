package io.tollgate.deploy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The listener for those who run the process: {@code /livez}, {@code /readyz} (with {@code
 * ?verbose} also what the fence and the projector stand at, and each target of an upstream) and
 * {@code /metrics}; and for upstreams the public keys of signed principals, {@code
 * /.well-known/jwks.json}. It tells about the inside, so it stands on the loopback address unless
 * it is told otherwise.
 */
final class InternalListener {
  private static final int IDLE_SECONDS = 60;
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String JSON = "application/json";
  private static final String JWKS = "application/jwk-set+json";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private final Vertx vertx;
  private final Readiness readiness;
  private final Metrics metrics;
  private final HttpServer server;
  private volatile @Nullable Supplier<JsonObject> jwks;
  private volatile @Nullable Supplier<JsonArray> targets;

  InternalListener(Vertx vertx, Readiness readiness, Metrics metrics) {
    this.vertx = vertx;
    this.readiness = readiness;
    this.metrics = metrics;
    server =
        vertx
            .createHttpServer(new HttpServerOptions().setIdleTimeout(IDLE_SECONDS))
            .requestHandler(this::handle);
  }

  /** Listens; the answer is the port. */
  Future<Integer> listen(String host, int port) {
    return server.listen(port, host).map(HttpServer::actualPort);
  }

  Future<Void> close() {
    return server.close();
  }

  private void handle(HttpServerRequest request) {
    if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
      request.response().putHeader("Allow", "GET, HEAD");
      answer(request, 405, TEXT, "only GET and HEAD\n");
      return;
    }
    switch (String.valueOf(request.path())) {
      case "/livez" -> answer(request, 200, TEXT, "ok\n");
      case "/readyz" -> ready(request);
      case "/metrics" -> scrape(request);
      case "/.well-known/jwks.json" -> keys(request);
      default -> answer(request, 404, TEXT, "/livez, /readyz and /metrics are here\n");
    }
  }

  private void keys(HttpServerRequest request) {
    Supplier<JsonObject> known = jwks;
    if (known == null) {
      answer(request, 404, TEXT, "no edge is in this process, so nothing is signed here\n");
    } else {
      answer(request, 200, JWKS, known.get().encode());
    }
  }

  /** Serves the public keys from now on. */
  void publish(Supplier<JsonObject> keys) {
    jwks = keys;
  }

  /** Tells of the upstreams' targets from now on. */
  void tellOf(Supplier<JsonArray> upstreamTargets) {
    targets = upstreamTargets;
  }

  private void ready(HttpServerRequest request) {
    readiness
        .ask()
        .onSuccess(
            found -> {
              JsonObject told = found.toJson();
              if (request.params().contains("verbose")) {
                told.put("state", metrics.state());
                Supplier<JsonArray> known = targets;
                if (known != null) {
                  told.put("targets", known.get());
                }
              }
              answer(request, found.isReady() ? 200 : 503, JSON, told.encode() + '\n');
            });
  }

  private void scrape(HttpServerRequest request) {
    // Gauges may take their time to be read, and this loop serves requests of the edge too.
    vertx
        .executeBlocking(() -> metrics.registry().scrape())
        .onSuccess(text -> answer(request, 200, PROMETHEUS, text))
        .onFailure(fault -> answer(request, 500, TEXT, "the metrics could not be read\n"));
  }

  private static void answer(HttpServerRequest request, int status, String type, String body) {
    Buffer bytes = Buffer.buffer(body);
    HttpServerResponse response =
        request
            .response()
            .setStatusCode(status)
            .putHeader("Content-Type", type)
            .putHeader("Cache-Control", "no-store");
    if (request.method().equals(HttpMethod.HEAD)) {
      response.putHeader("Content-Length", Integer.toString(bytes.length())).end();
    } else {
      response.end(bytes);
    }
  }
}
