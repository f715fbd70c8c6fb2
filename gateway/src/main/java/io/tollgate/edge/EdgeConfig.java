package io.tollgate.edge;

import io.tollgate.access.AddressRanges;
import io.tollgate.setting.Bounds;
import io.tollgate.tls.ListenerTls;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The edge's listener and its bounds towards clients.
 *
 * @param host the address listened on
 * @param port 0 to 65535; 0 takes a free one
 * @param eventLoops how many threads serve requests
 * @param drainDeadline how long a stop waits for requests that are under way
 * @param clients the bounds of what clients may take
 * @param http2 whether HTTP/2 is spoken, and its bounds
 * @param trustedProxies whose word on where a request comes from is believed
 * @param accessLog the file that gets a line per request; null for none
 * @param tls how TLS is spoken; null for plain HTTP
 * @param webSockets the bounds of what WebSockets may take
 */
public record EdgeConfig(
    String host,
    int port,
    int eventLoops,
    Duration drainDeadline,
    ClientBounds clients,
    Http2Bounds http2,
    AddressRanges trustedProxies,
    @Nullable Path accessLog,
    @Nullable ListenerTls tls,
    WebSocketBounds webSockets) {
  private static final Duration TIME_MAX = Duration.ofHours(1);
  public static final EdgeConfig DEFAULTS =
      new EdgeConfig(
          "0.0.0.0",
          8080,
          Runtime.getRuntime().availableProcessors(),
          Duration.ofSeconds(30),
          ClientBounds.DEFAULTS,
          Http2Bounds.DEFAULTS,
          AddressRanges.NONE,
          null,
          null,
          WebSocketBounds.DEFAULTS);
  private static final int EVENT_LOOPS_MAX = 1_024;

  public EdgeConfig {
    Bounds.check("edge.port", port, 0, 65_535);
    Bounds.check("edge.event-loops", eventLoops, 1, EVENT_LOOPS_MAX);
    Bounds.check("edge.drain-deadline", drainDeadline, TIME_MAX);
  }

  /** Makes a configuration without trusted proxies and an access log. */
  EdgeConfig(String host, int port, int eventLoops, Duration drainDeadline, ClientBounds clients) {
    this(
        host,
        port,
        eventLoops,
        drainDeadline,
        clients,
        Http2Bounds.DEFAULTS,
        AddressRanges.NONE,
        null,
        null,
        WebSocketBounds.DEFAULTS);
  }

  /** Returns the same with other bounds of WebSockets. */
  EdgeConfig with(WebSocketBounds newBounds) {
    return new EdgeConfig(
        host,
        port,
        eventLoops,
        drainDeadline,
        clients,
        http2,
        trustedProxies,
        accessLog,
        tls,
        newBounds);
  }

  /** Makes a configuration with the usual bounds of WebSockets. */
  EdgeConfig(
      String host,
      int port,
      int eventLoops,
      Duration drainDeadline,
      ClientBounds clients,
      Http2Bounds http2,
      AddressRanges trustedProxies,
      @Nullable Path accessLog,
      @Nullable ListenerTls tls) {
    this(
        host,
        port,
        eventLoops,
        drainDeadline,
        clients,
        http2,
        trustedProxies,
        accessLog,
        tls,
        WebSocketBounds.DEFAULTS);
  }

  /** Returns the same with TLS. */
  EdgeConfig with(ListenerTls newTls) {
    return new EdgeConfig(
        host,
        port,
        eventLoops,
        drainDeadline,
        clients,
        http2,
        trustedProxies,
        accessLog,
        newTls,
        webSockets);
  }

  /** Returns the same with other bounds of HTTP/2. */
  EdgeConfig with(Http2Bounds newHttp2) {
    return new EdgeConfig(
        host,
        port,
        eventLoops,
        drainDeadline,
        clients,
        newHttp2,
        trustedProxies,
        accessLog,
        tls,
        webSockets);
  }
}
