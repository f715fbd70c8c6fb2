package io.tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.tollgate.tls.TlsContext;
import io.tollgate.wire.GrpcTimeout;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.Rebuild;
import io.tollgate.wire.RequestHead;
import io.tollgate.wire.WebSocketHandshake;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.resolver.NameResolver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;

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
  private final UpstreamTargets targets;
  private final TargetWatch watch;
  private final SplittableRandom random = new SplittableRandom();

  /** Found without hashing all the URLs of a destination. */
  private final IdentityHashMap<Destination, Balancer> balancers = new IdentityHashMap<>();

  private final Map<Endpoint, TargetPool> pools = new HashMap<>();
  private int version;
  private long nowNanos = System.nanoTime();

  /**
   * Makes the forwarder of an event loop.
   *
   * @param tls what connections to {@code https} upstreams are made with, for all event loops
   * @param targets what all event loops know of the targets
   */
  public Forwarder(
      Vertx vertx,
      EventLoop eventLoop,
      ProxyConfig config,
      TlsContext tls,
      UpstreamTargets targets) {
    this.config = config;
    this.targets = targets;
    dialer = new Dialer(vertx, eventLoop, config, tls);
    NameResolver resolver = ((VertxInternal) vertx).nameResolver();
    watch = new TargetWatch(this, name -> resolver.resolveAll(eventLoop, name));
  }

  /**
   * Makes ready to forward one request; {@link Exchange#begin} sends it.
   *
   * @param switches whether it asks for a WebSocket, by a handshake that has been checked
   */
  public Exchange open(Client client, Route route, boolean switches) {
    Balancer balancer = to(route.destination());
    TargetPool first = balancer.choose(switches, nowNanos);
    return new Exchange(
        this,
        balancer,
        route,
        first,
        client,
        rebuilt(client, route, first, switches),
        new Deadlines(config, route.timeouts(), GrpcTimeout.nanos(client.head()), nowNanos),
        switches);
  }

  /** Returns the head of the client's request as it goes to a target. */
  ByteBuf rebuilt(Client client, Route route, TargetPool target, boolean switches) {
    RequestHead head = client.head();
    HeadBuffer out = headBuffer.clear();
    out.put(Objects.requireNonNull(head.method()).name()).put((byte) ' ').put(target.base());
    head.writeTarget(out);
    out.put(" HTTP/1.1").endLine().field("host", target.authority());
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
    client.stamp(target.endpoint().url(), out);
    return out.endLine().toBuffer(client.alloc(), 0);
  }

  private Balancer to(Destination destination) {
    Balancer known = balancers.get(destination);
    if (known == null) {
      known = new Balancer(targets, destination, this::pool, random, nowNanos);
      if (known.isWhole()) {
        balancers.put(destination, known);
      } else {
        known.end();
      }
    }
    return known;
  }

  /** Returns the pool of an endpoint; of one that is gone it keeps nothing. */
  private TargetPool pool(Endpoint endpoint) {
    TargetPool known = pools.get(endpoint);
    if (known != null) {
      return known;
    }
    TargetPool made = poolOfItsOwn(endpoint);
    if (targets.has(endpoint)) {
      pools.put(endpoint, made);
    } else {
      made.retire();
    }
    return made;
  }

  /** Makes connections to an endpoint apart from those of requests. */
  TargetPool poolOfItsOwn(Endpoint endpoint) {
    return new TargetPool(endpoint, dialer, config, this);
  }

  UpstreamTargets targets() {
    return targets;
  }

  TargetWatch watch() {
    return watch;
  }

  ProxyConfig config() {
    return config;
  }

  /**
   * Returns the coarse clock's time, of the monotonic clock as it was when that was last read: at
   * the last tick, or for a request since then.
   */
  public long nowNanos() {
    return nowNanos;
  }

  /** Moves the coarse clock on: the last tick may be long ago. */
  public void passed(long monotonicNanos) {
    nowNanos = monotonicNanos;
  }

  /** Moves the coarse clock on, and looks at what is due. */
  public void tick(long monotonicNanos) {
    nowNanos = monotonicNanos;
    long unusedSince = monotonicNanos - UNUSED_MAX.toNanos();
    for (TargetPool pool : List.copyOf(pools.values())) {
      pool.closeUnusedSince(unusedSince);
      pool.lookForSilence(monotonicNanos);
    }
    watch.tick(monotonicNanos);
    if (version != targets.version()) {
      lookThroughPools();
    }
  }

  /** The routes are others: those of before are no longer asked for. */
  public void routesChanged() {
    balancers.values().forEach(Balancer::end);
    balancers.clear();
    lookThroughPools();
  }

  /**
   * Lets go of the connections to endpoints that are gone; those in use end with their exchange.
   * What waits for one, there or where an endpoint is out of use, goes elsewhere.
   */
  private void lookThroughPools() {
    version = targets.version();
    Set<Endpoint> alive = new HashSet<>();
    targets.all().forEach(target -> alive.addAll(target.endpoints()));
    List<TargetPool> left = new ArrayList<>();
    for (TargetPool pool : List.copyOf(pools.values())) {
      boolean gone = !alive.contains(pool.endpoint());
      if (gone) {
        pools.remove(pool.endpoint());
        pool.retire();
      }
      if (gone || !pool.endpoint().health().isInUse()) {
        left.add(pool);
      }
    }
    left.forEach(TargetPool::sendAway);
  }

  /** Closes the connections that are not in use; the others close when their exchanges end. */
  public void close() {
    watch.close();
    balancers.values().forEach(Balancer::end);
    pools.values().forEach(TargetPool::retire);
    pools.clear();
  }
}
