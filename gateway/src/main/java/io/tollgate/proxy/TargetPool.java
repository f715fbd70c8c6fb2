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

  /** How many exchanges a new connection is expected to have room for. */
  private final int roomPerLink;

  /** Those with room, the last used first, so that those that are not needed grow old. */
  private final ArrayDeque<Link> roomy = new ArrayDeque<>();

  private final ArrayDeque<Exchange> waiting = new ArrayDeque<>();
  private final Counter requests;
  private int open;
  private int dialling;
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
    roomPerLink = endpoint.protocol() == UpstreamProtocol.HTTP2 ? config.streamsMax() : 1;
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

  /**
   * An exchange is over here.
   *
   * @param apart whether it asked for a connection apart
   * @param switched whether it had become a WebSocket
   */
  void leave(boolean answered, boolean apart, boolean switched) {
    if (apart) {
      endpoint.webSockets().decrementAndGet();
    }
    if (switched) {
      return;
    }
    underWay--;
    if (!answered) {
      unanswered--;
    }
  }

  /** An exchange that was answered has become a WebSocket. */
  void switched() {
    underWay--;
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
    for (Link kept = roomy.peekFirst(); kept != null; kept = roomy.peekFirst()) {
      if (!kept.hasRoom()) {
        roomy.removeFirst();
        continue;
      }
      Carrier carrier = kept.take();
      if (!kept.hasRoom()) {
        roomy.removeFirst();
      }
      exchange.connected(carrier);
      return;
    }
    if (open < config.connectionsMax() && lacksRoom(waiting.size() + 1)) {
      dial(exchange);
    } else if (waiting.size() < config.queueMax()) {
      waiting.add(exchange);
    } else {
      exchange.notSent(Failure.BUSY);
    }
  }

  /**
   * Gives the exchange a connection that has served nobody and will serve nobody else, since it may
   * become a WebSocket. It is none of those that are counted here: there is a bound of its own, for
   * all event loops together, since such connections stay where they were made.
   */
  void connectApart(Exchange exchange) {
    // Also who finds no room is counted, until it leaves.
    if (endpoint.webSockets().incrementAndGet() > config.webSocketsMax()) {
      exchange.notSent(Failure.BUSY);
      return;
    }
    Future<Channel> dialled = dialer.dial(this);
    dialled.addListener(
        done -> {
          if (done.isSuccess()) {
            connectedApart(dialled.getNow(), exchange);
          } else {
            LOG.debug("no connection to {}: {}", endpoint, done.cause().getMessage());
            apartFailed(done.cause());
            exchange.notSent(failure(done.cause()));
          }
        });
  }

  private void connectedApart(Channel channel, Exchange exchange) {
    UpstreamConnection connection = channel.pipeline().get(UpstreamConnection.class);
    if (connection == null || !connection.isOpen()) {
      doubted();
      exchange.notSent(Failure.BROKEN);
    } else if (exchange.isOver()) {
      connection.discard();
    } else {
      exchange.connected(connection);
    }
  }

  /**
   * How many of these are dialled is the clients' doing: that they fail is no more than a doubt.
   */
  private void apartFailed(Throwable cause) {
    if (!isLackOfSockets(cause)) {
      doubted();
    }
  }

  /** Returns whether not even a socket, or a port of ours, could be had. */
  private static boolean isLackOfSockets(Throwable cause) {
    return cause instanceof ChannelException
        || String.valueOf(cause.getMessage()).contains("Cannot assign requested address");
  }

  /** Returns whether so many exchanges are more than those that are dialled for can let in. */
  private boolean lacksRoom(int count) {
    return count > dialling * (roomPerLink - 1);
  }

  private void dial(Exchange exchange) {
    open++;
    dialling++;
    Future<Channel> dialled = dialer.dial(this);
    dialled.addListener(
        done -> {
          dialling--;
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
    lacksSockets = isLackOfSockets(cause);
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
    if (roomPerLink > 1 && open == 0) {
      // They waited for this very connection.
      while (!waiting.isEmpty()) {
        waiting.remove().notSent(failure);
      }
    }
    serveWaiting();
  }

  private void connected(Channel channel, Exchange exchange) {
    if (!(channel.pipeline().last() instanceof Link link) || !link.isOpen()) {
      endpoint.health().unreached(forwarder.nowNanos());
      undialled(exchange, Failure.BROKEN);
      return;
    }
    link.setEstablished();
    if (!exchange.isOver()) {
      if (link.hasRoom()) {
        exchange.connected(link.take());
      } else {
        exchange.notSent(Failure.BUSY);
        link.retire();
      }
    }
    if (link.hasRoom()) {
      // Also where the client left meanwhile: the connection is as good as new.
      release(link);
    }
    serveWaiting();
  }

  /** Takes back a connection that has room again. */
  void release(Link link) {
    if (retired || !link.isOpen()) {
      link.retire();
      return;
    }
    link.setUnused(forwarder.nowNanos());
    while (!waiting.isEmpty() && link.hasRoom()) {
      waiting.remove().connected(link.take());
    }
    if (link.hasRoom() && !roomy.contains(link)) {
      roomy.addFirst(link);
    }
  }

  void closed(Link link) {
    open--;
    roomy.remove(link);
    serveWaiting();
  }

  private void serveWaiting() {
    while (!waiting.isEmpty() && open < config.connectionsMax() && lacksRoom(waiting.size())) {
      dial(waiting.remove());
    }
  }

  /** Returns whether it waits for others to end, and not for a connection that is being made. */
  boolean isWaiting(Exchange exchange) {
    return waiting.contains(exchange) && (roomPerLink == 1 || dialling == 0);
  }

  /** Returns whether it had waited here. */
  boolean forget(Exchange exchange) {
    return waiting.remove(exchange);
  }

  /** The target is out of use, or gone: what waits here goes elsewhere, as far as it may. */
  void sendAway() {
    for (int left = waiting.size(); left > 0 && !waiting.isEmpty(); left--) {
      Exchange next = waiting.remove();
      if (!next.leaveQueue()) {
        waiting.add(next);
      }
    }
  }

  /** Closes the connections that nobody has used for as long as that. */
  void closeUnusedSince(long nanos) {
    roomy.removeIf(
        link -> {
          boolean old = link.isUnusedSince(nanos);
          if (old) {
            link.retire();
          }
          return old;
        });
  }

  /** No route names it any more: each connection closes when its exchange has ended. */
  void retire() {
    retired = true;
    while (!roomy.isEmpty()) {
      roomy.removeFirst().retire();
    }
  }

  boolean isRetired() {
    return retired;
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
