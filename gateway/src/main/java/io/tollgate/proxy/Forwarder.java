package io.tollgate.proxy;

import io.netty.channel.EventLoop;
import io.tollgate.tls.TlsContext;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.Rebuild;
import io.tollgate.wire.RequestHead;
import io.tollgate.wire.WebSocketHandshake;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Sends requests upstream and their responses back, streaming both ways with back-pressure.
 *
 * <p>Confined to the event loop that owns it.
 */
public final class Forwarder {
  /** How often deadlines are looked at, and so how late one may be noticed. */
  public static final Duration TICK = Duration.ofMillis(50);

  /**
   * How long an unused connection is kept. Shorter than what common servers do (Node.js 5 s), so
   * that it is rarely the upstream that closes one just as a request is sent on it.
   */
  private static final Duration UNUSED_MAX = Duration.ofSeconds(4);

  private static final String PSEUDONYM = "tollgate";

  private final ProxyConfig config;
  private final Dialer dialer;
  private final HeadBuffer headBuffer = new HeadBuffer();
  private final Map<URI, Upstream> upstreams = new HashMap<>();
  private long nowNanos = System.nanoTime();

  /**
   * Makes the forwarder of an event loop.
   *
   * @param tls what connections to {@code https} upstreams are made with, for all event loops
   */
  public Forwarder(Vertx vertx, EventLoop eventLoop, ProxyConfig config, TlsContext tls) {
    this.config = config;
    dialer = new Dialer(vertx, eventLoop, config, tls);
  }

  /** Makes ready to forward one request; {@link Exchange#begin} sends it. */
  public Exchange open(Client client, Route route) {
    Upstream upstream = to(route.upstream());
    boolean switches = route.webSockets().allowed() && WebSocketHandshake.isAsked(client.head());
    rebuild(client, route, upstream, switches);
    return new Exchange(
        this,
        upstream,
        client,
        headBuffer.toBuffer(client.alloc(), 0),
        new Deadlines(config, route.timeouts(), nowNanos),
        switches);
  }

  private void rebuild(Client client, Route route, Upstream upstream, boolean switches) {
    RequestHead head = client.head();
    HeadBuffer out = headBuffer.clear();
    out.put(Objects.requireNonNull(head.method()).name()).put((byte) ' ').put(upstream.base());
    head.writeTarget(out);
    out.put(" HTTP/1.1").endLine().field("host", upstream.authority());
    Rebuild.copyRequest(
        head,
        out,
        route.credentials().contains(CredentialHeader.AUTHORIZATION),
        route.credentials().contains(CredentialHeader.X_API_KEY));
    if (switches) {
      WebSocketHandshake.writeRequest(head, out);
    } else {
      Rebuild.frameRequest(head, out);
    }
    out.field("x-forwarded-for", client.address());
    out.field("x-forwarded-proto", client.scheme());
    if (head.hostField() >= 0) {
      out.put("x-forwarded-host: ")
          .put(head.bytes(), head.valueStart(head.hostField()), head.valueEnd(head.hostField()))
          .endLine();
    }
    out.put(head.isHttp10() ? "via: 1.0 " : "via: 1.1 ").put(PSEUDONYM).endLine();
    client.stamp(out);
    out.endLine();
  }

  private Upstream to(URI url) {
    Upstream known = upstreams.get(url);
    if (known == null) {
      known = new Upstream(url, dialer, config, this);
      upstreams.put(url, known);
    }
    return known;
  }

  HeadBuffer headBuffer() {
    return headBuffer;
  }

  /** Returns the coarse clock's time, of the monotonic clock as it was at the last tick. */
  public long nowNanos() {
    return nowNanos;
  }

  /** Moves the coarse clock on. */
  public void tick(long monotonicNanos) {
    nowNanos = monotonicNanos;
    long unusedSince = monotonicNanos - UNUSED_MAX.toNanos();
    upstreams.values().forEach(upstream -> upstream.closeUnusedSince(unusedSince));
  }

  /** Lets go of the upstreams that none of these routes names. */
  public void retainOnly(List<Route> routes) {
    Set<URI> named = routes.stream().map(Route::upstream).collect(Collectors.toSet());
    upstreams
        .entrySet()
        .removeIf(
            entry -> {
              if (named.contains(entry.getKey())) {
                return false;
              }
              entry.getValue().retire();
              return true;
            });
  }

  /** Closes the connections that are not in use; the others close when their exchanges end. */
  public void close() {
    upstreams.values().forEach(Upstream::retire);
    upstreams.clear();
  }
}
