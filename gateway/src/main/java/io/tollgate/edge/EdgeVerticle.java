package io.tollgate.edge;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import io.tollgate.meter.LoopMeter;
import io.tollgate.proxy.Forwarder;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.RouteTable;
import io.tollgate.tls.TlsContext;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.ContextInternal;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One event loop of the edge: the clients' connections on it, and the {@link Edge} they use. */
final class EdgeVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(EdgeVerticle.class);

  private final EdgeConfig config;
  private final ProxyConfig proxyConfig;
  private final EdgeParts parts;
  private final Supplier<RouteTable> routes;
  private final Connections connections;
  private @Nullable EventLoop eventLoop;
  private @Nullable Forwarder forwarder;
  private @Nullable Edge edge;
  private @Nullable LoopMeter meter;
  private @Nullable ScheduledFuture<?> ticking;

  EdgeVerticle(
      EdgeConfig config, ProxyConfig proxyConfig, EdgeParts parts, Supplier<RouteTable> routes) {
    this.config = config;
    this.proxyConfig = proxyConfig;
    this.parts = parts;
    this.routes = routes;
    connections = new Connections(config.clients(), config.http2(), config.eventLoops());
  }

  @Override
  public Future<?> start() {
    EventLoop loop = ((ContextInternal) context).nettyEventLoop();
    var newForwarder =
        new Forwarder(vertx, loop, proxyConfig, parts.upstreamTls(), parts.targets());
    LoopMeter newMeter = parts.meter().loop();
    eventLoop = loop;
    forwarder = newForwarder;
    meter = newMeter;
    edge =
        new Edge(
            loop,
            parts,
            newMeter,
            newForwarder,
            new RequestIds(new SecureRandom().nextLong()),
            routes.get());
    long tickMillis = Forwarder.TICK.toMillis();
    // Ticks that are made up for after a pause would be time in which nothing could happen.
    ticking =
        loop.scheduleWithFixedDelay(this::tick, tickMillis, tickMillis, TimeUnit.MILLISECONDS);
    return Future.succeededFuture();
  }

  /** One timer for all deadlines of the event loop. */
  private void tick() {
    long nowNanos = System.nanoTime();
    tick(() -> Objects.requireNonNull(edge).tick(nowNanos));
    tick(() -> Objects.requireNonNull(forwarder).tick(nowNanos));
    tick(() -> connections.tick(nowNanos));
    tick(() -> Objects.requireNonNull(meter).tick());
  }

  /** A fault would end the timer, and with it all deadlines of the event loop. */
  private static void tick(Runnable part) {
    try {
      part.run();
    } catch (RuntimeException | OutOfMemoryError fault) {
      LOG.error("the event loop's deadlines could not all be looked at", fault);
    }
  }

  /** Serves a connection that has been accepted; to be called on any thread. */
  void take(Channel channel, Origin origin) {
    channel.config().setOption(ChannelOption.TCP_NODELAY, true);
    TlsContext tls = parts.clientTls();
    if (tls != null) {
      SslHandler handler = tls.accept(channel.alloc());
      handler.setHandshakeTimeoutMillis(config.clients().headerTimeout().toMillis());
      channel.pipeline().addLast(handler);
    }
    boolean byHttp1 = tls == null && !config.http2().cleartext();
    var protocol =
        new ProtocolChoice(
            Objects.requireNonNull(edge), connections, parts.metrics(), channel, origin);
    channel.pipeline().addLast(byHttp1 ? protocol.http1() : protocol);
    Objects.requireNonNull(eventLoop)
        .register(channel)
        .addListener(
            registered -> {
              if (!registered.isSuccess()) {
                channel.unsafe().closeForcibly();
              }
            });
  }

  /** Takes new routes; to be called on any thread. */
  void route(RouteTable newRoutes) {
    context.runOnContext(
        unused -> {
          Edge known = edge;
          if (known != null) {
            known.route(newRoutes);
          }
        });
  }

  /**
   * Announces the end on each connection that is in use before any is closed: a connection that is
   * closed while a client writes its next request on it would lose that request.
   *
   * @return completes as soon as there is none
   */
  Future<Void> announceEnd() {
    Promise<Void> gone = Promise.promise();
    context.runOnContext(unused -> connections.announceEnd(gone::tryComplete));
    return gone.future();
  }

  /** Closes each connection as soon as it is not in use; no new one may come any more. */
  Future<Void> drain() {
    Promise<Void> drained = Promise.promise();
    context.runOnContext(unused -> closeWhenUnused(drained));
    return drained.future();
  }

  private void closeWhenUnused(Promise<Void> drained) {
    long deadline =
        vertx.setTimer(config.drainDeadline().toMillis(), late -> connections.closeAll());
    connections.closeUnused(
        () -> {
          vertx.cancelTimer(deadline);
          drained.tryComplete();
        });
  }

  @Override
  public Future<?> stop() {
    ScheduledFuture<?> known = ticking;
    if (known != null) {
      known.cancel(false);
    }
    if (forwarder != null) {
      forwarder.close();
    }
    return Future.succeededFuture();
  }
}
