package io.tollgate.proxy;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The upstreams of one event loop, each with connections of its own.
 *
 * <p>Confined to the event loop that owns it.
 */
final class Upstreams {
  /**
   * How long an unused connection is kept. Shorter than what common servers do (Node.js 5 s), so
   * that it is rarely the upstream that closes one just as a request is sent on it.
   */
  private static final int UNUSED_SECONDS_MAX = 4;

  private static final int CLEANER_MILLIS = 250;

  private static final Logger LOG = LoggerFactory.getLogger(Upstreams.class);

  private final Vertx vertx;
  private final ProxyConfig config;
  private final Map<URI, Upstream> open = new HashMap<>();

  Upstreams(Vertx vertx, ProxyConfig config) {
    this.vertx = vertx;
    this.config = config;
  }

  Upstream to(URI address) {
    return open.computeIfAbsent(address, this::connect);
  }

  private Upstream connect(URI upstream) {
    boolean tls = UpstreamAddress.isTls(upstream);
    var options =
        new HttpClientOptions()
            .setDefaultHost(upstream.getHost())
            .setDefaultPort(UpstreamAddress.port(upstream))
            .setSsl(tls)
            .setVerifyHost(tls)
            .setConnectTimeout((int) config.connectTimeout().toMillis())
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
            .setIdleTimeout((int) config.idleTimeout().toMillis())
            .setKeepAliveTimeout(UNUSED_SECONDS_MAX)
            .setTcpNoDelay(true)
            .setDecompressionSupported(false);
    var pool =
        new PoolOptions()
            .setHttp1MaxSize(config.connectionsMax())
            .setCleanerPeriod(CLEANER_MILLIS)
            .setMaxWaitQueueSize(config.queueMax());
    HttpClientAgent client =
        vertx
            .httpClientBuilder()
            .with(options)
            .with(pool)
            .withConnectHandler(
                connection ->
                    connection.exceptionHandler(
                        failure ->
                            LOG.debug(
                                "a connection to {} failed: {}", upstream, failure.getMessage())))
            .build();
    return new Upstream(client);
  }

  /** Lets go of the upstreams that no route names any more, once their exchanges have ended. */
  void retainOnly(List<Route> routes) {
    Set<URI> named = routes.stream().map(Route::upstream).collect(Collectors.toSet());
    open.entrySet()
        .removeIf(
            entry -> {
              if (named.contains(entry.getKey())) {
                return false;
              }
              entry.getValue().retire();
              return true;
            });
  }
}
