package io.tollgate.management;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** A running management service. Safe for all threads. */
public final class Management {
  private Management() {}

  /**
   * Starts the service; the schema must stand already.
   *
   * @return failed with an {@link IllegalStateException} whose message is one sentence for the
   *     operator where it can't start
   */
  public static Future<Management> start(
      Vertx vertx, ManagementConfig config, MeterRegistry metrics) {
    return Future.failedFuture("not yet");
  }

  /** Completes if a key can be created now, else fails and says why. */
  public Future<Void> ready() {
    return Future.succeededFuture();
  }

  /** Returns the port listened on. */
  public int port() {
    return 0;
  }

  /** Stops: takes no new request and lets those under way end. */
  public Future<Void> stop() {
    return Future.succeededFuture();
  }
}
