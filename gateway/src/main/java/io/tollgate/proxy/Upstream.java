package io.tollgate.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.concurrent.Future;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One upstream of one event loop: its connections, and the exchanges that wait for one.
 *
 * <p>Confined to the event loop that owns it.
 */
final class Upstream {
  private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);

  private final Dialer dialer;
  private final ProxyConfig config;
  private final Forwarder forwarder;
  private final URI url;
  private final String base;

  /** The last used first, so that those that are not needed grow old. */
  private final ArrayDeque<UpstreamConnection> unused = new ArrayDeque<>();

  private final ArrayDeque<Exchange> waiting = new ArrayDeque<>();
  private int open;
  private boolean retired;

  Upstream(URI url, Dialer dialer, ProxyConfig config, Forwarder forwarder) {
    this.url = url;
    this.dialer = dialer;
    this.config = config;
    this.forwarder = forwarder;
    base = UpstreamAddress.base(url);
  }

  /** Returns what is put before a request's path. */
  String base() {
    return base;
  }

  /** Returns what stands in {@code Host}. */
  String authority() {
    return url.getRawAuthority();
  }

  URI url() {
    return url;
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
      exchange.fail(Failure.BUSY);
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
            LOG.debug("no connection to {}: {}", url, done.cause().getMessage());
            exchange.fail(failure(done.cause()));
          }
        });
  }

  private static void connectedApart(Channel channel, Exchange exchange) {
    UpstreamConnection connection = channel.pipeline().get(UpstreamConnection.class);
    if (connection == null || !connection.isOpen()) {
      exchange.fail(Failure.BROKEN);
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
            LOG.debug("no connection to {}: {}", url, done.cause().getMessage());
            failed(exchange, failure(done.cause()));
          }
        });
  }

  private void failed(Exchange exchange, Failure failure) {
    open--;
    exchange.fail(failure);
    serveWaiting();
  }

  private void connected(Channel channel, Exchange exchange) {
    UpstreamConnection connection = channel.pipeline().get(UpstreamConnection.class);
    if (connection == null || !connection.isOpen()) {
      failed(exchange, Failure.BROKEN);
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
