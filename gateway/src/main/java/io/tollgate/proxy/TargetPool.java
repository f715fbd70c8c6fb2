package io.tollgate.proxy;

import io.micrometer.core.instrument.Counter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.concurrent.Future;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One endpoint of one event loop: its connections, the exchanges that wait for one, and what they
 * find out about its health.
 *
 * <p>Confined to the event loop that owns it.
 */
final class TargetPool {
  private static final Logger LOG = LoggerFactory.getLogger(TargetPool.class);

  static final int BAD_GATEWAY = 502;
  static final int GATEWAY_TIMEOUT = 504;

  /** How long requests may wait and nobody be answered before we ask by ourselves. */
  private static final long QUIET_NANOS_MAX = Duration.ofSeconds(1).toNanos();

  private final Dialer dialer;
  private final ProxyConfig config;
  private final Forwarder forwarder;
  private final Endpoint endpoint;
  private final String base;

  /** The last used first, so that those that are not needed grow old. */
  private final ArrayDeque<UpstreamConnection> unused = new ArrayDeque<>();

  private final ArrayDeque<Exchange> waiting = new ArrayDeque<>();
  private final Counter requests;
  private int open;
  private int underWay;
  private int unanswered;
  private long quietSinceNanos;
  private boolean retired;
  private boolean lacksSockets;

  TargetPool(Endpoint endpoint, Dialer dialer, ProxyConfig config, Forwarder forwarder) {
    this.endpoint = endpoint;
    this.dialer = dialer;
    this.config = config;
    this.forwarder = forwarder;
    requests = forwarder.targets().metrics().requests(endpoint);
    base = UpstreamAddress.base(endpoint.url());
    quietSinceNanos = forwarder.nowNanos();
  }

  /** Returns what is put before a request's path. */
  String base() {
    return base;
  }

  /** Returns what stands in {@code Host}. */
  String authority() {
    return endpoint.url().getRawAuthority();
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /** Returns how many exchanges it has, those that wait for a connection included. */
  int underWay() {
    return underWay;
  }

  /** An exchange is tried here from now on. */
  void enter() {
    underWay++;
    if (unanswered++ == 0) {
      quietSinceNanos = forwarder.nowNanos();
    }
  }

  /** It is a client's. */
  void count() {
    requests.increment();
  }

  void leave(boolean answered) {
    underWay--;
    if (!answered) {
      unanswered--;
    }
  }

  /** The head of an answer has come; returns whether the target serves, if the rest comes too. */
  boolean answered(int status) {
    unanswered--;
    quietSinceNanos = forwarder.nowNanos();
    boolean bad = status >= BAD_GATEWAY && status <= GATEWAY_TIMEOUT;
    if (bad) {
      doubted();
    }
    return !bad;
  }

  /** A request that was sent came to nothing, or its answer did not come whole. */
  void doubted() {
    endpoint.health().doubted(forwarder.nowNanos());
    forwarder.watch().look(endpoint);
  }

  /** Looks whether requests wait here for long and nobody is answered. */
  void lookForSilence(long nowNanos) {
    if (unanswered > 0 && nowNanos - quietSinceNanos > QUIET_NANOS_MAX) {
      quietSinceNanos = nowNanos;
      endpoint.health().silent(nowNanos);
    }
  }

  /** Gives the exchange a connection: at once, when it stands, or when one comes free. */
  void connect(Exchange exchange) {
    for (UpstreamConnection kept = unused.pollFirst(); kept != null; kept = unused.pollFirst()) {
      if (kept.isOpen()) {
        exchange.connected(kept);
        return;
      }
    }
    if (open < config.connectionsMax()) {
      dial(exchange);
    } else if (waiting.size() < config.queueMax()) {
      waiting.add(exchange);
    } else {
      exchange.notSent(Failure.BUSY);
    }
  }

  /**
   * Gives the exchange a connection that has served nobody and will serve nobody else, since it may
   * become a WebSocket. It is none of those that are counted here: these have a bound of their own.
   */
  void connectApart(Exchange exchange) {
    Future<Channel> dialled = dialer.dial(this);
    dialled.addListener(
        done -> {
          if (done.isSuccess()) {
            connectedApart(dialled.getNow(), exchange);
          } else {
            LOG.debug("no connection to {}: {}", endpoint, done.cause().getMessage());
            unreached(done.cause());
            exchange.notSent(failure(done.cause()));
          }
        });
  }

  private void connectedApart(Channel channel, Exchange exchange) {
    UpstreamConnection connection = channel.pipeline().get(UpstreamConnection.class);
    if (connection == null || !connection.isOpen()) {
      endpoint.health().unreached(forwarder.nowNanos());
      exchange.notSent(Failure.BROKEN);
    } else if (exchange.isOver()) {
      connection.discard();
    } else {
      exchange.connected(connection);
    }
  }

  private void dial(Exchange exchange) {
    open++;
    Future<Channel> dialled = dialer.dial(this);
    dialled.addListener(
        done -> {
          if (done.isSuccess()) {
            connected(dialled.getNow(), exchange);
          } else {
            LOG.debug("no connection to {}: {}", endpoint, done.cause().getMessage());
            unreached(done.cause());
            undialled(exchange, failure(done.cause()));
          }
        });
  }

  private void unreached(Throwable cause) {
    lacksSockets = cause instanceof ChannelException;
    if (!lacksSockets) {
      endpoint.health().unreached(forwarder.nowNanos());
    }
  }

  /** Returns whether not even a socket could be had, which is no fault of the endpoint's. */
  boolean lacksSockets() {
    return lacksSockets;
  }

  private void undialled(Exchange exchange, Failure failure) {
    open--;
    exchange.notSent(failure);
    serveWaiting();
  }

  private void connected(Channel channel, Exchange exchange) {
    UpstreamConnection connection = channel.pipeline().get(UpstreamConnection.class);
    if (connection == null || !connection.isOpen()) {
      endpoint.health().unreached(forwarder.nowNanos());
      undialled(exchange, Failure.BROKEN);
      return;
    }
    connection.setEstablished();
    if (exchange.isOver()) {
      // The client left meanwhile; the connection is as good as new.
      release(connection);
    } else {
      exchange.connected(connection);
    }
  }

  /** Takes back a connection that may be used again. */
  void release(UpstreamConnection connection) {
    if (retired || !connection.isOpen()) {
      connection.discard();
      return;
    }
    connection.setUnused(forwarder.nowNanos());
    Exchange next = waiting.poll();
    if (next == null) {
      unused.addFirst(connection);
    } else {
      next.connected(connection);
    }
  }

  void closed(UpstreamConnection connection) {
    open--;
    unused.remove(connection);
    serveWaiting();
  }

  private void serveWaiting() {
    while (!waiting.isEmpty() && open < config.connectionsMax()) {
      dial(waiting.remove());
    }
  }

  boolean isWaiting(Exchange exchange) {
    return waiting.contains(exchange);
  }

  void forget(Exchange exchange) {
    waiting.remove(exchange);
  }

  /** Closes the connections that nobody has used for as long as that. */
  void closeUnusedSince(long nanos) {
    for (UpstreamConnection oldest = unused.peekLast();
        oldest != null && oldest.isUnusedSince(nanos);
        oldest = unused.peekLast()) {
      unused.removeLast();
      oldest.discard();
    }
  }

  /** No route names it any more: each connection closes when its exchange has ended. */
  void retire() {
    retired = true;
    while (!unused.isEmpty()) {
      unused.removeFirst().discard();
    }
  }

  private static Failure failure(Throwable cause) {
    return switch (cause) {
      case ConnectTimeoutException silent -> Failure.SILENT;
      case SslHandshakeTimeoutException silent -> Failure.SILENT;
      case ConnectException refused -> Failure.UNREACHABLE;
      case NoRouteToHostException unreachable -> Failure.UNREACHABLE;
      case UnknownHostException unknown -> Failure.UNREACHABLE;
      // Not even a socket could be had.
      case ChannelException none -> Failure.UNREACHABLE;
      default -> Failure.BROKEN;
    };
  }
}
