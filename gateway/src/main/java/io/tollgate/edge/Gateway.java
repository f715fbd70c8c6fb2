package io.tollgate.edge;

import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.proxy.Route;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * A running gateway: its stores, its ring and its listeners, put together. Safe for all threads.
 */
public final class Gateway {
  private Gateway() {}

  /**
   * Starts a gateway.
   *
   * @return failed with an {@link IllegalStateException} whose message is one sentence for the
   *     operator where it can't start (the port is taken, the schema is too new)
   */
  public static Future<Gateway> start(
      Vertx vertx, GatewayConfig config, List<Route> routes, MeterRegistry metrics) {
    return Future.failedFuture("not yet");
  }

  /** Takes new routes for the requests that come from now on; those under way keep theirs. */
  public void route(List<Route> routes) {}

  /** Completes if a key can be verified now, else fails and says why. */
  public Future<Void> ready() {
    return Future.succeededFuture();
  }

  /** Returns the port listened on. */
  public int port() {
    return 0;
  }

  /** Stops: takes no new request, lets those under way end within the drain deadline. */
  public Future<Void> stop() {
    return Future.succeededFuture();
  }
}
