package io.tollgate.proxy;

import io.micrometer.core.instrument.Counter;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
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

  /** One that has no room for a further connection is asked for one so often, if need be. */
  static final Duration FULL = Duration.ofSeconds(1);

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
  private final Load.Part load;
  private int open;
  private int dialling;
  private int unanswered;
  private long quietSinceNanos;
  private boolean retired;
  private @Nullable DialFault dialFault;
  private boolean full;
  private long fullSinceNanos;

  TargetPool(Endpoint endpoint, Dialer dialer, ProxyConfig config, Forwarder forwarder) {
    this.endpoint = endpoint;
    this.dialer = dialer;
    this.config = config;
    this.forwarder = forwarder;
    requests = forwarder.targets().metrics().requests(endpoint);
    base = UpstreamAddress.base(endpoint.url());
    load = endpoint.load().begin();
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
    return load.requests();
  }

  /** An exchange is tried here from now on. */
  void enter() {
    load.addRequests(1);
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
      endpoint.load().endApart();
    }
    if (switched) {
      load.addWebSockets(-1);
    } else {
      load.addRequests(-1);
      unanswered -= answered ? 0 : 1;
    }
    endIfIdle();
  }

  /** An exchange that was answered has become a WebSocket. */
  void switched() {
    load.addRequests(-1);
    load.addWebSockets(1);
  }

  /** The head of an answer has come; returns whether the target serves, if the rest comes too. */
  boolean answered(int status) {
    unanswered--;
    quietSinceNanos = forwarder.nowNanos();
    boolean bad = status >= BAD_GATEWAY && status <= GATEWAY_TIMEOUT;
    if (bad) {
      doubted();
    } else {
      endpoint.health().served(quietSinceNanos);
    }
    return !bad;
  }

  /** A request that was sent came to nothing, or its answer did not come whole. */
  void doubted() {
    // A check that begins now has all of its time, however long ago the last tick is.
    forwarder.passed(System.nanoTime());
    endpoint.health().doubted(forwarder.nowNanos());
    forwarder.watch().look(endpoint);
  }

  /** Looks whether requests wait here for long and nobody is answered. */
  void lookForSilence(long nowNanos) {
    if (unanswered > 0
        && nowNanos - quietSinceNanos > Health.QUIET_MAX.toNanos()
        && endpoint.health().silent(nowNanos)) {
      quietSinceNanos = nowNanos;
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
    if (endpoint.load().beginApart() > config.webSocketsMax()) {
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
            DialFault fault = DialFault.of(done.cause());
            apartFailed(fault);
            exchange.notSent(fault.failure());
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
  private void apartFailed(DialFault fault) {
    if (fault != DialFault.NO_SOCKET) {
      doubted();
    }
  }

  /** Returns whether so many exchanges are more than those that are dialled for can let in. */
  private boolean lacksRoom(int count) {
    return count > dialling * (roomPerLink - 1);
  }

  private void dial(Exchange exchange) {
    open++;
    dialling++;
    long begunNanos = forwarder.nowNanos();
    // Whoever is full is asked by one at a time.
    fullSinceNanos = begunNanos;
    Future<Channel> dialled = dialer.dial(this);
    dialled.addListener(
        done -> {
          dialling--;
          if (done.isSuccess()) {
            connected(dialled.getNow(), exchange, begunNanos);
          } else {
            LOG.debug("no connection to {}: {}", endpoint, done.cause().getMessage());
            undialled(exchange, DialFault.of(done.cause()), begunNanos);
          }
        });
  }

  /** How many are dialled is the clients' doing: who serves those that stand is but full. */
  private void unreached(DialFault fault, long begunNanos) {
    long nowNanos = forwarder.nowNanos();
    full = endpoint.isFull(fault, begunNanos, nowNanos);
    if (full) {
      fullSinceNanos = nowNanos;
      doubted();
    } else if (fault != DialFault.NO_SOCKET) {
      endpoint.health().unreached(nowNanos);
    }
  }

  /** Returns why the last connection could not be made; null if it could, or is being made. */
  @Nullable DialFault dialFault() {
    return dialFault;
  }

  /** Returns whether it has let in no further connection of late, and none is to spare. */
  boolean isFull(long nowNanos) {
    return full && roomy.isEmpty() && nowNanos - fullSinceNanos < FULL.toNanos();
  }

  private void undialled(Exchange exchange, DialFault fault, long begunNanos) {
    open--;
    dialFault = fault;
    unreached(fault, begunNanos);
    Failure failure = fault.failure();
    exchange.notSent(failure);
    if (roomPerLink > 1 && open == 0) {
      // They waited for this very connection, unless one of them has begun another.
      while (open == 0 && !waiting.isEmpty()) {
        waiting.remove().notSent(failure);
      }
    }
    serveWaiting();
  }

  private void connected(Channel channel, Exchange exchange, long begunNanos) {
    if (!(channel.pipeline().last() instanceof Link link) || !link.isOpen()) {
      undialled(exchange, DialFault.BROKEN, begunNanos);
      return;
    }
    full = false;
    dialFault = null;
    load.addConnections(1);
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

  /** Returns whether anybody waits for a connection to come free. */
  boolean isAwaited() {
    return !waiting.isEmpty();
  }

  /** Takes back a connection that has room again. */
  void release(Link link) {
    if (!link.isOpen()) {
      link.retire();
      return;
    }
    link.setUnused(forwarder.nowNanos());
    while (!waiting.isEmpty() && link.hasRoom()) {
      waiting.remove().connected(link.take());
    }
    if (link.hasRoom() && retired) {
      link.retire();
    } else if (link.hasRoom() && !roomy.contains(link)) {
      roomy.addFirst(link);
    }
  }

  void closed(Link link) {
    open--;
    load.addConnections(-1);
    roomy.remove(link);
    serveWaiting();
    endIfIdle();
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
    endIfIdle();
  }

  boolean isRetired() {
    return retired;
  }

  private void endIfIdle() {
    if (retired && load.requests() == 0 && load.webSockets() == 0) {
      endpoint.load().end(load);
    }
  }
}
