package io.tollgate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.tollgate.wire.HeadBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The channel of a client's connection: reading it or not, writing to it, ending it in good order.
 *
 * <p>Confined to its event loop.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // A write that fails closes the channel: that is heard.
abstract class ClientChannel extends ChannelInboundHandlerAdapter implements OpenConnection {
  private static final Logger LOG = LoggerFactory.getLogger(ClientChannel.class);

  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Channel channel;
  private final Origin origin;
  private final ResponseWriter responses;
  private ClientState state = ClientState.HEAD;
  private long deadlineNanos;
  private int index;

  ClientChannel(Channel channel, Origin origin, HeadBuffer pad) {
    this.channel = channel;
    this.origin = origin;
    responses = new ResponseWriter(channel, pad);
  }

  final Channel channel() {
    return channel;
  }

  public final ByteBufAllocator alloc() {
    return channel.alloc();
  }

  public final boolean isWritable() {
    return channel.isWritable();
  }

  public final Origin origin() {
    return origin;
  }

  final ResponseWriter responses() {
    return responses;
  }

  public void data(ByteBuf piece) {
    responses.data(piece);
  }

  /** By HTTP/1.1 trailers are dropped: hardly any client or proxy on the way takes them. */
  public final void trailers(HeadBuffer fields) {
    LOG.trace("trailers of {} bytes are dropped", fields.length());
  }

  public final void flush() {
    responses.flush();
  }

  final ClientState state() {
    return state;
  }

  final void enter(ClientState newState) {
    state = newState;
  }

  public boolean isGone() {
    return state == ClientState.CLOSED;
  }

  public final boolean isDeciding() {
    return state == ClientState.DECIDING;
  }

  /** Returns the address that the request at hand comes from, as text. */
  public final String address() {
    return origin.address();
  }

  /** Returns the scheme by which it was asked for. */
  public final String scheme() {
    return origin.scheme();
  }

  /** Stops reading: what comes stays with the client. */
  public final void pause() {
    channel.config().setAutoRead(false);
  }

  public final void resume() {
    // To set it costs a system call, so it is not set for nothing.
    if (!channel.config().isAutoRead()) {
      channel.config().setAutoRead(true);
    }
  }

  final boolean isReading() {
    return channel.config().isAutoRead();
  }

  /** What comes early stays where it is, and the rest of it with the client. */
  final boolean hold(ByteBuf from) {
    if (from.isReadable()) {
      pause();
    }
    return false;
  }

  /** Writes what goes out with the next flush. */
  final void write(ByteBuf bytes) {
    channel.write(bytes, channel.voidPromise());
  }

  final void send(ByteBuf bytes) {
    channel.writeAndFlush(bytes, channel.voidPromise());
  }

  /** Asks for the body that was announced. */
  final void sendContinue() {
    send(Unpooled.wrappedBuffer(CONTINUE));
  }

  /** Closes as soon as all that was written has gone out. */
  final void closeOnceSent() {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  /** Ends our side alone, as soon as all that was written has gone out. */
  final void endOutputOnceSent() {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> endOutput());
  }

  /**
   * Ends our side and reads on for a moment, so that a client that is still sending sees what was
   * said last rather than a connection reset (RFC 9112, 9.6).
   */
  final void linger(long nowNanos, Duration time) {
    enter(ClientState.LINGERING);
    setDeadline(nowNanos, time);
    endOutputOnceSent();
    resume();
  }

  private void endOutput() {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      ((DuplexChannel) channel).shutdownOutput();
    } else {
      // The end that TLS knows goes first: without it, anybody may have cut the connection off.
      tls.closeOutbound().addListener(told -> ((DuplexChannel) channel).shutdownOutput());
    }
  }

  @Override
  public final void close() {
    channel.close();
  }

  /** Closes at once and without the end that TLS has: what was sent is not all of the answer. */
  final void sever() {
    ChannelHandlerContext tls = channel.pipeline().context(SslHandler.class);
    if (tls == null) {
      channel.close();
    } else {
      tls.close();
    }
  }

  /** Sets how long what is waited for may take from now on. */
  final void setDeadline(long nowNanos, Duration time) {
    deadlineNanos = nowNanos + time.toNanos();
  }

  final boolean isLate(long nowNanos) {
    return nowNanos - deadlineNanos > 0;
  }

  @Override
  public final int index() {
    return index;
  }

  @Override
  public final void setIndex(int newIndex) {
    index = newIndex;
  }

  @Override
  public final void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    LOG.debug("a client's connection failed: {}", failure.getMessage());
    close();
  }
}
