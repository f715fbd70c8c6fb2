package io.tollgate.edge;

import io.tollgate.proxy.Route;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that answers with what reached it: method, target, headers, the body's text. */
final class EchoUpstream implements AutoCloseable {
  /** How many requests came, and how many of them whole. */
  final AtomicInteger requests = new AtomicInteger();

  final AtomicInteger whole = new AtomicInteger();
  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;

  EchoUpstream() {
    server =
        RunningGateway.await(
            vertx.createHttpServer().requestHandler(this::echo).listen(0, "127.0.0.1"));
  }

  private void echo(HttpServerRequest request) {
    requests.incrementAndGet();
    request
        .body()
        .onSuccess(
            body -> {
              whole.incrementAndGet();
              var headers = new JsonObject();
              for (String name : request.headers().names()) {
                headers.put(
                    name.toLowerCase(Locale.ROOT), new JsonArray(request.headers().getAll(name)));
              }
              var seen =
                  new JsonObject()
                      .put("method", request.method().name())
                      .put("target", request.uri())
                      .put("headers", headers)
                      .put("body", body.toString());
              HttpServerResponse response =
                  request.response().putHeader("content-type", "application/json");
              response.putHeader("x-upstream", "echo").putHeader("tollgate-key-id", "forged");
              response.end(seen.encode());
            });
  }

  Route route(String path) {
    return Route.to(path, url());
  }

  String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  @Override
  public void close() {
    RunningGateway.await(vertx.close());
  }
}
