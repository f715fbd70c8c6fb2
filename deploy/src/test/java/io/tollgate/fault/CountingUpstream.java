package io.tollgate.fault;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.Closeable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The API behind the gateway, which keeps a record of its own of what came, by key. It answers at
 * once or a little later, and under {@link #BREAK_PATH} it hangs up instead.
 */
final class CountingUpstream implements Closeable {
  static final String BREAK_PATH = "/break";
  static final String SLOW_PATH = "/slow";
  private static final long SLOW_MILLIS = 20;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Map<String, LongAdder> came = new ConcurrentHashMap<>();
  private final int port;

  CountingUpstream() {
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
    String key = String.valueOf(request.getHeader("Tollgate-Key-Id"));
    came.computeIfAbsent(key, first -> new LongAdder()).increment();
    switch (String.valueOf(request.path())) {
      case BREAK_PATH -> request.connection().close();
      case SLOW_PATH -> vertx.setTimer(SLOW_MILLIS, over -> request.response().end("late\n"));
      default -> request.response().end("ok\n");
    }
  }

  /** Returns how many requests of a key came. */
  long came(String key) {
    LongAdder count = came.get(key);
    return count == null ? 0 : count.sum();
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
