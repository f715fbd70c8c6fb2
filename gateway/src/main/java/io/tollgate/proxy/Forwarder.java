package io.tollgate.proxy;

import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.function.Consumer;

/**
 * Sends requests upstream and their responses back, streaming both ways with back-pressure.
 *
 * <p>Confined to the event loop that owns it.
 */
public final class Forwarder {
  private final Vertx vertx;
  private final ProxyConfig config;
  private final Upstreams upstreams;

  public Forwarder(Vertx vertx, ProxyConfig config) {
    this.vertx = vertx;
    this.config = config;
    upstreams = new Upstreams(vertx, config);
  }

  /** What the caller learns of an exchange; exactly one of the two is called, once. */
  public interface Outcome {
    /**
     * The upstream's response head has come, and is about to go to the client.
     *
     * @param responseHeaders where the caller may add its own
     */
    void answered(int status, MultiMap responseHeaders);

    /** No response came; nothing has been sent to the client, unless it is the one that left. */
    void failed(Failure failure);
  }

  /**
   * Forwards one request, whose body may be paused.
   *
   * @param stamp adds the edge's own headers, after the client's have been sifted
   */
  public void forward(
      HttpServerRequest request,
      Target target,
      Route route,
      Consumer<MultiMap> stamp,
      Outcome outcome) {
    new Exchange(vertx, config, upstreams.to(route.upstream()), request, outcome)
        .begin(target, route, stamp);
  }

  /** Lets go of the upstreams that none of these routes names. */
  public void retainOnly(List<Route> routes) {
    upstreams.retainOnly(routes);
  }
}
