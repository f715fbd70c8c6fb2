package io.tollgate.proxy;

import io.tollgate.setting.Bounds;
import io.tollgate.tls.UpstreamTls;
import java.time.Duration;

/**
 * The bounds of forwarding, the same for each upstream. Every upstream has connections of its own,
 * so that one that hangs takes none from the others.
 *
 * @param connectTimeout the longest a connection may take to stand, TLS included
 * @param responseTimeout the longest wait for the response's head once the request is sent whole
 * @param idleTimeout the longest time in which no byte moves either way during an exchange
 * @param totalTimeout the longest an exchange may take in all; zero for no such bound
 * @param connectionsMax the most connections per upstream and event loop
 * @param queueMax the most requests per upstream and event loop that wait for a connection
 * @param headerBytesMax the longest head of a response
 * @param headerCountMax the most fields in it
 * @param streamsMax the most exchanges at once on one connection by HTTP/2
 * @param webSocketsMax the most WebSockets per target, of all event loops
 * @param tls how TLS is spoken with those whose URL asks for it
 * @param targets how they are chosen and watched where there are several
 */
public record ProxyConfig(
    Duration connectTimeout,
    Duration responseTimeout,
    Duration idleTimeout,
    Duration totalTimeout,
    int connectionsMax,
    int queueMax,
    int headerBytesMax,
    int headerCountMax,
    int streamsMax,
    int webSocketsMax,
    UpstreamTls tls,
    TargetConfig targets) {
  private static final int STREAMS_MAX = 100;
  private static final int WEBSOCKETS = 10_000;
  private static final int WEBSOCKETS_MAX = 1_000_000;
  private static final Duration TIMEOUT_MAX = Duration.ofHours(1);
  private static final int COUNT_MAX = 100_000;

  public static final ProxyConfig DEFAULTS =
      new ProxyConfig(
          Duration.ofSeconds(2),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ZERO,
          256,
          1_024,
          64 * 1024,
          200,
          STREAMS_MAX,
          WEBSOCKETS,
          UpstreamTls.DEFAULTS,
          TargetConfig.DEFAULTS);

  public ProxyConfig {
    Bounds.check("proxy.connect-timeout", connectTimeout, TIMEOUT_MAX);
    Bounds.check("proxy.response-timeout", responseTimeout, TIMEOUT_MAX);
    Bounds.check("proxy.idle-timeout", idleTimeout, TIMEOUT_MAX);
    Bounds.check("proxy.connections-max", connectionsMax, 1, COUNT_MAX);
    Bounds.check("proxy.queue-max", queueMax, 1, COUNT_MAX);
    Bounds.check("proxy.header-bytes-max", headerBytesMax, 256, 1024 * 1024);
    Bounds.check("proxy.header-count-max", headerCountMax, 1, 1_000);
    Bounds.check("proxy.streams-max", streamsMax, 1, 1_000);
    Bounds.check("proxy.websockets-max", webSocketsMax, 1, WEBSOCKETS_MAX);
    if (!totalTimeout.isZero()) {
      Bounds.check("proxy.total-timeout", totalTimeout, TIMEOUT_MAX);
    }
  }

  /** Makes bounds with targets chosen and watched as by default. */
  public ProxyConfig(
      Duration connectTimeout,
      Duration responseTimeout,
      Duration idleTimeout,
      Duration totalTimeout,
      int connectionsMax,
      int queueMax,
      int headerBytesMax,
      int headerCountMax,
      UpstreamTls tls) {
    this(
        connectTimeout,
        responseTimeout,
        idleTimeout,
        totalTimeout,
        connectionsMax,
        queueMax,
        headerBytesMax,
        headerCountMax,
        STREAMS_MAX,
        WEBSOCKETS,
        tls,
        TargetConfig.DEFAULTS);
  }

  /** Returns the same bounds with targets chosen and watched like that. */
  public ProxyConfig with(TargetConfig newTargets) {
    return new ProxyConfig(
        connectTimeout,
        responseTimeout,
        idleTimeout,
        totalTimeout,
        connectionsMax,
        queueMax,
        headerBytesMax,
        headerCountMax,
        streamsMax,
        webSocketsMax,
        tls,
        newTargets);
  }

  /** Returns the same bounds with so many WebSockets per target at most. */
  public ProxyConfig withWebSockets(int newMax) {
    return new ProxyConfig(
        connectTimeout,
        responseTimeout,
        idleTimeout,
        totalTimeout,
        connectionsMax,
        queueMax,
        headerBytesMax,
        headerCountMax,
        streamsMax,
        newMax,
        tls,
        targets);
  }

  /** Makes bounds with the TLS that is the JVM's. */
  public ProxyConfig(
      Duration connectTimeout,
      Duration responseTimeout,
      Duration idleTimeout,
      Duration totalTimeout,
      int connectionsMax,
      int queueMax,
      int headerBytesMax,
      int headerCountMax) {
    this(
        connectTimeout,
        responseTimeout,
        idleTimeout,
        totalTimeout,
        connectionsMax,
        queueMax,
        headerBytesMax,
        headerCountMax,
        UpstreamTls.DEFAULTS);
  }
}
