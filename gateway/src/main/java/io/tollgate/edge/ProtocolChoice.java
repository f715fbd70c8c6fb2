package io.tollgate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.tollgate.wire.Unread;
import java.security.cert.CertificateEncodingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection of which it is not known yet what is spoken on it: with TLS the handshake
 * tells (ALPN), without it the first bytes. HTTP/1.1 is what is spoken where nothing is told; no
 * {@code Upgrade} ever leads to HTTP/2, since what follows one has been read in two ways.
 *
 * <p>Confined to its event loop.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // What becomes of a connection that is closed is of no use.
final class ProtocolChoice extends ChannelInboundHandlerAdapter implements OpenConnection {
  private static final Logger LOG = LoggerFactory.getLogger(ProtocolChoice.class);

  private final Edge edge;
  private final Connections connections;
  private final EdgeMetrics metrics;
  private final Channel channel;
  private final Origin origin;
  private final Unread unread;
  private long deadlineNanos;
  private int index;
  private boolean chosen;

  ProtocolChoice(
      Edge edge, Connections connections, EdgeMetrics metrics, Channel channel, Origin origin) {
    this.edge = edge;
    this.connections = connections;
    this.metrics = metrics;
    this.channel = channel;
    this.origin = origin;
    unread = new Unread(channel.alloc());
  }

  /** Makes the handler of a connection by HTTP/1.1. */
  ChannelHandler http1() {
    metrics.http1Opened();
    return new ClientConnection(edge, connections, channel, origin);
  }

  private ChannelHandler http2() {
    metrics.http2Opened();
    return Http2Frames.make(edge, connections, metrics, channel, origin);
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    connections.opened(this);
    deadlineNanos = edge.nowNanos() + connections.bounds().headerTimeout().toNanos();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent shaken && shaken.isSuccess()) {
      SslHandler tls = channel.pipeline().get(SslHandler.class);
      try {
        origin.identify(tls.engine().getSession());
      } catch (CertificateEncodingException e) {
        close();
        return;
      }
      choose(context, ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol()));
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    unread.add((ByteBuf) message);
    ByteBuf come = unread.left();
    if (come == null) {
      return;
    }
    ByteBuf preface = Http2CodecUtil.connectionPrefaceBuf();
    int count = Math.min(come.readableBytes(), preface.readableBytes());
    boolean like =
        ByteBufUtil.equals(come, come.readerIndex(), preface, preface.readerIndex(), count);
    boolean whole = count == preface.readableBytes();
    preface.release();
    if (!like || whole) {
      choose(context, like);
    }
  }

  private void choose(ChannelHandlerContext context, boolean http2) {
    chosen = true;
    context.pipeline().addAfter(context.name(), null, http2 ? http2() : http1());
    context.fireChannelActive();
    connections.closed(this);
    ByteBuf come = unread.left();
    if (come != null) {
      context.fireChannelRead(come.readRetainedSlice(come.readableBytes()));
      unread.clear();
      context.fireChannelReadComplete();
    }
    context.pipeline().remove(this);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    unread.clear();
    if (!chosen) {
      connections.closed(this);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    LOG.debug("a client's connection failed: {}", failure.getMessage());
    close();
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public void setIndex(int newIndex) {
    index = newIndex;
  }

  @Override
  public void tick(long nowNanos) {
    if (nowNanos - deadlineNanos > 0) {
      close();
    }
  }

  @Override
  public void closeIfUnused() {
    close();
  }

  @Override
  public void close() {
    channel.close();
  }
}
