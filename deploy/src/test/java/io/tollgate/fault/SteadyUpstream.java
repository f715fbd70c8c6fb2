package io.tollgate.fault;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.Closeable;
import java.util.concurrent.TimeUnit;

/**
 * The API behind the gateways: it answers at once, under {@link #SLOW_PATH} after a fixed time, and
 * under {@link #STREAM_PATH} for as long as it is listened to. It never fails.
 */
final class SteadyUpstream implements Closeable {
  static final String STREAM_PATH = "/stream";
  static final String SLOW_PATH = "/slow";
  static final long SLOW_MILLIS = 50;

  private static final long EVENT_MILLIS = 100;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final int port;

  SteadyUpstream() {
    try {
      port =
          vertx
              .createHttpServer()
              .requestHandler(this::answer)
              .listen(0, "127.0.0.1")
              .toCompletionStage()
              .toCompletableFuture()
              .get(10, TimeUnit.SECONDS)
              .actualPort();
    } catch (Exception e) {
      throw new IllegalStateException("the upstream can't listen", e);
    }
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  private void answer(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    switch (String.valueOf(request.path())) {
      case STREAM_PATH -> stream(response);
      case SLOW_PATH -> vertx.setTimer(SLOW_MILLIS, over -> response.end("late\n"));
      default -> response.end("ok\n");
    }
  }

  private void stream(HttpServerResponse response) {
    response.setChunked(true).write("event\n");
    long timer =
        vertx.setPeriodic(
            EVENT_MILLIS,
            due -> {
              if (!response.closed() && !response.ended()) {
                response.write("event\n");
              }
            });
    response.closeHandler(closed -> vertx.cancelTimer(timer));
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
