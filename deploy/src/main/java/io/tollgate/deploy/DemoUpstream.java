package io.tollgate.deploy;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An API to put the gateway in front of, where one has none at hand: it answers with what reached
 * it, so that one sees what the gateway adds and takes away.
 */
final class DemoUpstream {
  private static final int ECHO_BYTES_MAX = 1024;

  /** Where the routes that the README shows expect it. */
  static final int PORT = 8082;

  private final Vertx vertx;

  DemoUpstream(Vertx vertx) {
    this.vertx = vertx;
  }

  /** Listens on loopback, on the port or, where that is taken, on a free one; it is the answer. */
  Future<Integer> listen(int port) {
    return bound(port).recover(taken -> bound(0));
  }

  /** By HTTP/1.1, and by HTTP/2 to those who begin with it. */
  private Future<Integer> bound(int port) {
    return vertx
        .createHttpServer()
        .requestHandler(DemoUpstream::handle)
        .listen(port, "127.0.0.1")
        .map(HttpServer::actualPort);
  }

  private static void handle(HttpServerRequest request) {
    var body = new Body();
    request.handler(body::take);
    request.endHandler(end -> answer(request, body));
  }

  private static void answer(HttpServerRequest request, Body body) {
    JsonObject seen =
        new JsonObject()
            .put("method", request.method().name())
            .put("path", request.path())
            .put("query", request.query())
            .put("headers", headers(request.headers()))
            .put("bodyBytes", body.size);
    if (isText(request.getHeader("content-type"))) {
      seen.put("body", body.start.toString(StandardCharsets.UTF_8));
    }
    request
        .response()
        .putHeader("Content-Type", "application/json")
        .end(seen.encodePrettily() + '\n');
  }

  private static boolean isText(@Nullable String type) {
    return type != null && (type.startsWith("text/") || type.contains("json"));
  }

  private static JsonObject headers(MultiMap received) {
    var headers = new JsonObject();
    for (String name : received.names()) {
      var values = received.getAll(name);
      headers.put(name, values.size() == 1 ? values.get(0) : new JsonArray(values));
    }
    return headers;
  }

  /** The body's size and its start; the rest is let go as it comes. Confined to its event loop. */
  private static final class Body {
    private final Buffer start = Buffer.buffer();
    private long size;

    void take(Buffer chunk) {
      size += chunk.length();
      int wanted = Math.min(chunk.length(), ECHO_BYTES_MAX - start.length());
      start.appendBuffer(chunk, 0, wanted);
    }
  }
}
