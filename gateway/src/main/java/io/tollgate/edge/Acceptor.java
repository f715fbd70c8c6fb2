package io.tollgate.edge;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.tollgate.access.AddressRanges;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes clients' connections, as many as there may be, and deals them out to the event loops in
 * turn. A proxy that is trusted has those of all its clients, and so is not bound by itself.
 *
 * <p>Confined to the event loop that it listens on; only the counts are shared.
 */
final class Acceptor extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

  /** How long to wait where the system has no file left to give. */
  private static final long PAUSE_SECONDS = 1;

  private final ClientBounds bounds;
  private final AddressRanges trustedProxies;
  private final boolean secure;
  private final int connectionsMax;
  private final List<EdgeVerticle> edges;
  private final EdgeMetrics metrics;
  private final AtomicInteger connections = new AtomicInteger();
  private final ConcurrentHashMap<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();
  private int next;

  Acceptor(EdgeConfig config, List<EdgeVerticle> edges, EdgeMetrics metrics) {
    bounds = config.clients();
    trustedProxies = config.trustedProxies();
    secure = config.tls() != null;
    this.edges = List.copyOf(edges);
    this.metrics = metrics;
    connectionsMax = Math.min(bounds.connectionsMax(), OpenFiles.max() / 10 * 9);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    var channel = (Channel) message;
    var remote = (InetSocketAddress) channel.remoteAddress();
    boolean trusted = remote != null && trustedProxies.contains(remote.getAddress());
    if (remote == null || !admit(remote.getAddress(), trusted)) {
      metrics.connectionRefused();
      channel.unsafe().closeForcibly();
      return;
    }
    channel.closeFuture().addListener(closed -> release(remote.getAddress(), trusted));
    EdgeVerticle edge = edges.get(next);
    next = next + 1 == edges.size() ? 0 : next + 1;
    edge.take(channel, new Origin(remote.getAddress(), trusted, trustedProxies, secure));
  }

  private boolean admit(InetAddress address, boolean trusted) {
    if (connections.incrementAndGet() > connectionsMax) {
      connections.decrementAndGet();
      return false;
    }
    if (!trusted && byAddress.merge(address, 1, Integer::sum) > bounds.connectionsPerAddressMax()) {
      release(address, false);
      return false;
    }
    return true;
  }

  private void release(InetAddress address, boolean trusted) {
    connections.decrementAndGet();
    if (!trusted) {
      byAddress.computeIfPresent(address, (unused, count) -> count == 1 ? null : count - 1);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    LOG.warn("connections can't be accepted for a moment: {}", failure.getMessage());
    Channel listener = context.channel();
    listener.config().setAutoRead(false);
    var resumed =
        listener
            .eventLoop()
            .schedule(() -> listener.config().setAutoRead(true), PAUSE_SECONDS, TimeUnit.SECONDS);
    resumed.addListener(done -> LOG.debug("connections are accepted again"));
  }
}
