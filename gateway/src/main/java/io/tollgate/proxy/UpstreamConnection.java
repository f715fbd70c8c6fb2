package io.tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.tollgate.wire.BodyReader;
import io.tollgate.wire.BodyWriter;
import io.tollgate.wire.Framing;
import io.tollgate.wire.HeadEnd;
import io.tollgate.wire.Method;
import io.tollgate.wire.RequestHead;
import io.tollgate.wire.ResponseHead;
import io.tollgate.wire.Unread;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to an upstream by HTTP/1.1, which serves one exchange at a time.
 *
 * <p>What it brings is read as strictly as what a client sends; whatever is not the one response
 * that is waited for closes it.
 *
 * <p>Confined to its event loop.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // A write that fails closes the channel, and that is heard.
final class UpstreamConnection extends ChannelInboundHandlerAdapter implements Link, Carrier {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamConnection.class);

  /** More interim responses than any server has to tell. */
  private static final int INTERIM_MAX = 16;

  private final TargetPool pool;
  private final Channel channel;

  /** One pad for all connections of the event loop: a head is read and written on in one go. */
  private final ResponseHead head;

  private final int headBytesMax;
  private final HeadEnd headEnd = new HeadEnd();
  private final BodyReader body = new BodyReader();
  private final Unread unread;

  private @Nullable Exchange exchange;
  private boolean toHead;
  private boolean chunksRequest;

  /** How much of a body of known length is not written yet. */
  private long requestLeft;

  private boolean inBody;
  private boolean established;
  private boolean taken;
  private boolean reusable;
  private boolean anyByte;
  private boolean free;
  private boolean severed;
  private int interims;
  private long unusedSinceNanos;

  UpstreamConnection(TargetPool pool, Channel channel, ResponseHead head, int headBytesMax) {
    this.pool = pool;
    this.channel = channel;
    this.head = head;
    this.headBytesMax = headBytesMax;
    unread = new Unread(channel.alloc());
  }

  @Override
  public void setEstablished() {
    established = true;
  }

  @Override
  public void begin(Exchange served, RequestHead request) {
    exchange = served;
    chunksRequest = request.framing() == Framing.CHUNKED;
    requestLeft = request.framing() == Framing.LENGTH ? request.contentLength() : 0;
    toHead = request.method() == Method.HEAD;
    inBody = false;
    anyByte = false;
    interims = 0;
    headEnd.reset();
  }

  @Override
  public void writeHead(ByteBuf bytes) {
    channel.write(bytes, channel.voidPromise());
  }

  @Override
  public void writeBody(ByteBuf piece) {
    if (chunksRequest) {
      BodyWriter.writeChunk(channel, piece);
    } else {
      requestLeft -= piece.readableBytes();
      channel.write(piece, channel.voidPromise());
    }
  }

  @Override
  public void endBody() {
    if (chunksRequest) {
      channel.write(BodyWriter.lastChunk(), channel.voidPromise());
    }
  }

  @Override
  public void flush() {
    channel.flush();
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public boolean isOpen() {
    return channel.isActive();
  }

  @Override
  public boolean hasRoom() {
    return !taken && channel.isActive();
  }

  @Override
  public Carrier take() {
    taken = true;
    return this;
  }

  @Override
  public void pause() {
    channel.config().setAutoRead(false);
  }

  @Override
  public void resume() {
    if (!channel.config().isAutoRead()) {
      channel.config().setAutoRead(true);
    }
  }

  /** Nobody's any more: it is kept for the next exchange. */
  @Override
  public void setUnused(long nowNanos) {
    taken = false;
    unusedSinceNanos = nowNanos;
    resume();
  }

  @Override
  public boolean isUnusedSince(long nanos) {
    return unusedSinceNanos - nanos <= 0;
  }

  @Override
  public void retire() {
    discard();
  }

  @Override
  public void discard() {
    exchange = null;
    free = false;
    channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    Exchange served = exchange;
    if (served == null) {
      // Bytes that nobody asked for would be read as the answer to whoever comes next.
      in.release();
      discard();
      return;
    }
    anyByte = true;
    unread.add(in);
    read(served);
    served.flushResponse();
  }

  private void read(Exchange served) {
    ByteBuf from = unread.left();
    while (exchange == served && from != null) {
      from = (inBody ? readBody(served, from) : readHead(served, from)) ? unread.left() : null;
    }
  }

  private boolean readHead(Exchange served, ByteBuf from) {
    int length = headEnd.find(from);
    if (length < 0 ? headEnd.scanned() > headBytesMax : length > headBytesMax) {
      fault(served);
      return false;
    }
    if (length < 0) {
      return false;
    }
    head.expect(toHead);
    headEnd.reset();
    if (head.parse(from, length) != null) {
      fault(served);
      return false;
    }
    if (head.status() == ResponseHead.SWITCHING_PROTOCOLS) {
      return switchOver(served);
    }
    if (head.isInterim()) {
      // The edge itself asks clients for their bodies; what else an upstream tells meanwhile
      // ends here.
      interims++;
      if (interims > INTERIM_MAX) {
        fault(served);
      }
      return interims <= INTERIM_MAX;
    }
    inBody = true;
    reusable = head.keepsAlive();
    body.begin(head);
    served.answer(head, from.readableBytes());
    return !endIfDone(served);
  }

  /** What comes from here on are the frames of a WebSocket, if that was asked for and is agreed. */
  private boolean switchOver(Exchange served) {
    if (!served.maySwitch(head)) {
      fault(served);
      return false;
    }
    inBody = true;
    reusable = false;
    body.beginSwitched();
    served.answer(head, 0);
    return exchange == served;
  }

  private boolean readBody(Exchange served, ByteBuf from) {
    body.read(from, served::relay);
    if (body.isMalformed()) {
      fault(served);
      return false;
    }
    return !endIfDone(served);
  }

  private boolean endIfDone(Exchange served) {
    if (exchange != served || !body.isDone()) {
      return exchange != served;
    }
    exchange = null;
    boolean more = !unread.isEmpty();
    // Where reading was paused, what follows the answer may not have been seen yet.
    boolean read = channel.isActive() && channel.config().isAutoRead();
    // One that is not among its upstream's was made for one exchange.
    free = established && reusable && isRequestWhole(served) && !more && read;
    unread.clear();
    if (!free) {
      channel.close();
    }
    served.finish();
    return true;
  }

  /** Whoever tells of an end is not believed where the length says another thing. */
  private boolean isRequestWhole(Exchange served) {
    return served.isRequestSent() && requestLeft == 0;
  }

  /**
   * Only now it may serve the next: what else has come by then was sent before anybody could ask
   * for it, and must not be taken for an answer.
   */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (free && pool.isAwaited()) {
      // Whoever waits is given it after the end of the connection, if that has been read as well.
      channel.eventLoop().execute(this::release);
    } else {
      release();
    }
  }

  private void release() {
    if (free) {
      free = false;
      pool.release(this);
    }
  }

  /** What came is no response: nothing more is read from this connection. */
  private void fault(Exchange served) {
    exchange = null;
    unread.clear();
    channel.close();
    served.broke(false);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) {
      // Not from within the write that tells it.
      channel.eventLoop().execute(this::writable);
    }
  }

  private void writable() {
    Exchange served = exchange;
    if (served != null && channel.isWritable()) {
      served.upstreamWritable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (established) {
      pool.closed(this);
    }
    Exchange served = exchange;
    if (served == null) {
      unread.clear();
      return;
    }
    if (inBody && body.framing() == Framing.UNTIL_CLOSE && !severed) {
      body.endByClose();
      endIfDone(served);
      return;
    }
    exchange = null;
    unread.clear();
    served.broke(!anyByte);
  }

  /** By TLS, whoever ends in good order says so: without that, anybody may have cut it off. */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslCloseCompletionEvent ended) {
      severed |= !ended.isSuccess();
      context.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    LOG.debug("an upstream's connection failed: {}", failure.getMessage());
    severed = true;
    context.close();
  }
}
