package io.tollgate.edge;

import static io.netty.handler.codec.http2.Http2Error.ENHANCE_YOUR_CALM;
import static io.netty.handler.codec.http2.Http2Error.NO_ERROR;
import static io.netty.handler.codec.http2.Http2Error.SETTINGS_TIMEOUT;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.tollgate.http2.Block;
import io.tollgate.http2.CompactCumulator;
import io.tollgate.http2.FrameGuard;
import io.tollgate.http2.FrameWatch;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a client by HTTP/2: its frames and its end. Each of its requests is a {@link
 * ClientStream}.
 *
 * <p>Confined to its event loop.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // A write that fails closes the channel: that is heard.
final class Http2ClientConnection extends Http2ConnectionHandler implements OpenConnection {
  private static final Logger LOG = LoggerFactory.getLogger(Http2ClientConnection.class);

  private final Edge edge;
  private final Connections connections;
  private final EdgeMetrics metrics;
  private final Channel channel;
  private final FrameGuard guard;
  private final FrameWatch watch;
  private final PartialFrames partial;
  private final Http2Requests requests;
  private final UnsentEnds unsentEnds;

  private @Nullable ChannelHandlerContext context;
  private int index;
  private long openedNanos;
  private long deadlineNanos;
  private boolean acknowledged;
  private boolean flushing;
  private boolean ending;
  private boolean closing;
  private long tickNanos;

  Http2ClientConnection(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings,
      FrameGuard guard,
      Edge edge,
      Connections connections,
      EdgeMetrics metrics,
      Channel channel,
      Origin origin) {
    super(decoder, encoder, settings, true);
    this.guard = guard;
    this.edge = edge;
    this.connections = connections;
    this.metrics = metrics;
    this.channel = channel;
    unsentEnds = new UnsentEnds(edge::nowNanos);
    requests = new Http2Requests(this, edge, connections, origin);
    watch = new FrameWatch(requests);
    partial = new PartialFrames(connections);
    setCumulator(CompactCumulator.INSTANCE);
    decoder.frameListener(requests);
    connection().addListener(requests);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) throws Exception {
    context = added;
    super.handlerAdded(added);
    connections.opened(this);
    openedNanos = edge.nowNanos();
    deadlineNanos = openedNanos + connections.bounds().headerTimeout().toNanos();
    int more = connections.http2().connectionWindowBytes() - Http2CodecUtil.DEFAULT_WINDOW_SIZE;
    if (more > 0) {
      Http2Connection known = connection();
      known.local().flowController().incrementWindowSize(known.connectionStream(), more);
    }
    added.flush();
  }

  ChannelHandlerContext context() {
    return Objects.requireNonNull(context, "the connection is not open");
  }

  Channel channel() {
    return channel;
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) throws Exception {
    watch.see((ByteBuf) message, edge.nowNanos());
    super.channelRead(from, message);
    if (CompactCumulator.isLoose(internalBuffer())) {
      super.channelRead(from, Unpooled.EMPTY_BUFFER);
    }
    if (channel.isActive() && !partial.hold(watch.headBytes(), watch.bodyBytes())) {
      shut(ENHANCE_YOUR_CALM, "too many requests are half sent");
    }
  }

  /** Unlike the one inherited, it reads no more where reading was stopped. */
  @Override
  public void channelReadComplete(ChannelHandlerContext from) {
    discardSomeReadBytes();
    flush(from);
  }

  /** Whoever does not read the answers is asked for no more requests: they would pile up. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext from) throws Exception {
    super.channelWritabilityChanged(from);
    boolean writable = channel.isWritable();
    if (channel.config().isAutoRead() != writable) {
      channel.config().setAutoRead(writable);
    }
  }

  /** What all streams have written in one turn of the event loop goes out at its end. */
  void flushSoon() {
    if (!flushing) {
      flushing = true;
      channel.eventLoop().execute(this::flushNow);
    }
  }

  private void flushNow() {
    flushing = false;
    if (channel.isActive()) {
      flush(context());
    }
  }

  void writeHead(Http2Stream stream, Block head, boolean last) {
    if (stream.isResetSent()) {
      return;
    }
    encoder().writeHeaders(context(), stream.id(), head, 0, last, channel.newPromise());
    flushSoon();
  }

  /**
   * Writes a piece of a body, which it releases, when the stream's window lets it.
   *
   * @return completes when it has gone out, or never will
   */
  ChannelFuture writeData(Http2Stream stream, ByteBuf piece, boolean last) {
    if (stream.isResetSent()) {
      piece.release();
      return channel.newSucceededFuture();
    }
    guard.wroteData(piece.readableBytes());
    return encoder().writeData(context(), stream.id(), piece, 0, last, channel.newPromise());
  }

  /** Gives a stream back so much of its window: the upstream has taken what came. */
  void consume(Http2Stream stream, int bytes) {
    try {
      if (connection().local().flowController().consumeBytes(stream, bytes)) {
        flushSoon();
      }
    } catch (Http2Exception e) {
      onError(context(), true, e);
    }
  }

  /**
   * Lets out what was written.
   *
   * @return whether nothing of the stream's waits for the client to open its window
   */
  boolean drain(Http2Stream stream) {
    flushNow();
    return !encoder().flowController().hasFlowControlled(stream);
  }

  void reset(Http2Stream stream, Http2Error why) {
    if (channel.isActive()) {
      encoder().writeRstStream(context(), stream.id(), why.code(), channel.newPromise());
      flushSoon();
    }
  }

  @Override
  public ChannelFuture resetStream(
      ChannelHandlerContext from, int streamId, long error, ChannelPromise promise) {
    Http2Stream known = connection().stream(streamId);
    boolean first = known == null || !known.isResetSent();
    ChannelFuture reset = super.resetStream(from, streamId, error, promise);
    unsentEnds.add(reset);
    if (known == null) {
      guard.resetUnknown(streamId);
    } else {
      // The reset may wait long to go out: nothing more may come of the request meanwhile.
      requests.over(known);
    }
    if (first && isForError(known, error)) {
      metrics.http2Reset();
      Http2Exception excess = guard.wroteReset();
      if (excess != null) {
        onError(from, true, excess);
      }
    }
    return reset;
  }

  /** Returns whether a reset is for what the client did, not for what became of its request. */
  private static boolean isForError(@Nullable Http2Stream known, long error) {
    // A stream that we took is refused for what all together hold.
    boolean isOurLack = known != null && error == Http2Error.REFUSED_STREAM.code();
    return !isOurLack
        && error != NO_ERROR.code()
        && error != Http2Error.CANCEL.code()
        && error != Http2Error.INTERNAL_ERROR.code();
  }

  /** Nothing of Netty's own is written: where we don't answer, the stream's reset is enough. */
  @Override
  protected void handleServerHeaderDecodeSizeError(ChannelHandlerContext from, Http2Stream stream) {
    LOG.debug("too large a header block on stream {}", stream.id());
  }

  /** Too large a header block is answered, as one by HTTP/1.1 is. */
  @Override
  protected void onStreamError(
      ChannelHandlerContext from,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException known) {
    boolean answered =
        known instanceof Http2Exception.HeaderListSizeException large
            && large.duringDecode()
            && requests.refuseLarge(known.streamId());
    if (!answered && !(outbound && requests.isOver(known.streamId()))) {
      super.onStreamError(from, outbound, cause, known);
    }
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext from,
      boolean outbound,
      Throwable cause,
      @Nullable Http2Exception known) {
    LOG.debug("a client's connection by HTTP/2 ends: {}", cause.getMessage());
    if (channel.isActive() && (!connection().goAwaySent() || !ending)) {
      metrics.http2Ended();
    }
    ending = true;
    super.onConnectionError(from, outbound, cause, known);
    from.flush();
  }

  /** Ends the connection for what its client did or did not do. */
  private void shut(Http2Error why, String detail) {
    onError(context(), true, Http2Exception.connectionError(why, "%s", detail));
  }

  void acknowledged() {
    acknowledged = true;
  }

  /** The last of its streams is over. */
  void unused() {
    deadlineNanos = edge.nowNanos() + connections.bounds().idleTimeout().toNanos();
    if (ending && channel.isActive()) {
      closeOnceSent();
    }
  }

  void ended(Http2Stream stream) {
    guard.ended(stream);
  }

  @Override
  public void tick(long nowNanos) {
    if (!channel.config().isAutoRead()) {
      // It is not the client that keeps us waiting.
      watch.excuse(nowNanos);
    }
    long headerNanos = connections.bounds().headerTimeout().toNanos();
    long idleNanos = connections.bounds().idleTimeout().toNanos();
    if (unsentEnds.areStuck(nowNanos, idleNanos)) {
      metrics.http2Ended();
      close();
    } else if (watch.isLate(nowNanos, headerNanos, idleNanos)) {
      shut(ENHANCE_YOUR_CALM, "a frame or a header block came too slowly");
    } else if (!acknowledged && nowNanos - openedNanos > headerNanos) {
      shut(SETTINGS_TIMEOUT, "the settings were not acknowledged");
    } else if (connection().numActiveStreams() > 0) {
      tickStreams(nowNanos);
    } else if (nowNanos - deadlineNanos > 0) {
      announce(connection().remote().lastStreamCreated());
      closeOnceSent();
    }
  }

  private void tickStreams(long nowNanos) {
    tickNanos = nowNanos;
    try {
      connection().forEachActiveStream(requests::tick);
    } catch (Http2Exception e) {
      onError(context(), true, e);
    }
  }

  long tickNanos() {
    return tickNanos;
  }

  @Override
  public void announceEnd() {
    if (channel.isActive()) {
      // No request that is on its way now is lost: the last one is named when no more can come.
      announce(Integer.MAX_VALUE);
    }
  }

  private void announce(int lastStreamId) {
    goAway(context(), lastStreamId, NO_ERROR.code(), Unpooled.EMPTY_BUFFER, channel.newPromise());
    context().flush();
  }

  @Override
  public void closeIfUnused() {
    if (!channel.isActive()) {
      return;
    }
    ending = true;
    announce(connection().remote().lastStreamCreated());
    if (connection().numActiveStreams() == 0) {
      closeOnceSent();
    }
  }

  private void closeOnceSent() {
    if (!closing) {
      closing = true;
      ChannelFuture sent = context().writeAndFlush(Unpooled.EMPTY_BUFFER);
      unsentEnds.add(sent);
      sent.addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext from) throws Exception {
    super.channelInactive(from);
    partial.letGo();
    connections.closed(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable failure) {
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
  public void close() {
    channel.close();
  }
}
