package io.tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Promise;
import io.tollgate.wire.FrameBudget;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to an upstream by HTTP/2, on which many exchanges go on at once, each by a stream
 * of its own.
 *
 * <p>Netty's codec reads the frames and keeps the states and windows of the streams; what a stream
 * brings is read by its {@link Http2Carrier}. A fault of one stream ends that stream, one of the
 * connection all of them.
 *
 * <p>Confined to its event loop.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // A write that fails closes the channel, and that is heard.
final class Http2Link extends Http2ConnectionHandler implements Link {
  private static final Logger LOG = LoggerFactory.getLogger(Http2Link.class);

  /** After so many streams a connection is not worth another: their numbers come to an end. */
  private static final int STREAM_ID_MAX = 1 << 30;

  /**
   * So many streams are reset for clients that left; at the next the connection is left, before an
   * upstream ends it, and what others wait for: common bounds are 100 to 200 in 30 s.
   */
  private static final int RESETS_MAX = 80;

  private final TargetPool pool;
  private final UpstreamFrames frames;
  private final Http2Pads pads;
  private final AsciiString scheme;
  private final int streamsMax;
  private final Http2Connection.PropertyKey carrierKey;

  private final FrameBudget resets =
      new FrameBudget("streams reset for their clients", RESETS_MAX, System.nanoTime());

  /** Those that something came for in this turn. */
  private final List<Http2Carrier> touched = new ArrayList<>();

  private final LivenessPing liveness = new LivenessPing(this);
  private @Nullable ChannelHandlerContext context;
  private @Nullable Promise<Channel> settled;
  private int streams;
  private int lastIdTaken = Integer.MAX_VALUE;
  private boolean established;
  private boolean leaving;
  private boolean ending;
  private boolean faulty;
  private long unusedSinceNanos;

  Http2Link(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings,
      TargetPool pool,
      Http2Pads pads,
      int streamsMax) {
    super(decoder, encoder, settings, true);
    this.pool = pool;
    this.pads = pads;
    this.streamsMax = streamsMax;
    scheme = AsciiString.cached(pool.endpoint().url().getScheme());
    carrierKey = connection().newKey();
    frames = new UpstreamFrames(this);
    decoder.frameListener(frames);
    connection()
        .addListener(
            new Http2ConnectionAdapter() {
              @Override
              public void onStreamClosed(Http2Stream stream) {
                ended(stream);
              }
            });
  }

  /** Completes {@code dialled} when the upstream has shown that it speaks HTTP/2. */
  void begin(Promise<Channel> dialled) {
    settled = dialled;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) throws Exception {
    context = added;
    super.handlerAdded(added);
    // Room for all streams at once, so that one whose client does not read holds up no other.
    decoder()
        .flowController()
        .incrementWindowSize(
            connection().connectionStream(), (streamsMax - 1) * Http2LinkBuilder.WINDOW_BYTES);
    added.flush();
  }

  ChannelHandlerContext context() {
    return Objects.requireNonNull(context, "the link is in a pipeline");
  }

  AsciiString scheme() {
    return scheme;
  }

  Http2Pads pads() {
    return pads;
  }

  LivenessPing liveness() {
    return liveness;
  }

  /** The upstream's settings have come, at first or anew. */
  void settled() {
    Promise<Channel> known = settled;
    if (known != null) {
      settled = null;
      known.trySuccess(context().channel());
    } else {
      tellRoom();
    }
  }

  @Override
  public void setEstablished() {
    established = true;
  }

  @Override
  public boolean isOpen() {
    return !ending && context().channel().isActive();
  }

  @Override
  public boolean hasRoom() {
    return isOpen()
        && !liveness.isPending()
        && streams < Math.min(streamsMax, connection().local().maxActiveStreams());
  }

  @Override
  public Carrier take() {
    streams++;
    return new Http2Carrier(this);
  }

  @Override
  public void setUnused(long nowNanos) {
    unusedSinceNanos = nowNanos;
  }

  @Override
  public boolean isUnusedSince(long nanos) {
    return streams == 0 && unusedSinceNanos - nanos <= 0;
  }

  @Override
  public void retire() {
    ending = true;
    if (streams == 0 && context().channel().isActive()) {
      goAway(
          context(), 0, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, context().newPromise());
      context().flush();
      context().close();
    }
  }

  /**
   * Opens a carrier's stream.
   *
   * @return null if the upstream takes no such head; the carrier hears of it later
   */
  @Nullable Http2Stream open(Http2Carrier carrier, Http2Headers fields, boolean last) {
    int id = connection().local().incrementAndGetNextStreamId();
    ending |= id >= STREAM_ID_MAX;
    ChannelFuture written =
        encoder().writeHeaders(context(), id, fields, 0, last, context().newPromise());
    @Nullable Http2Stream opened = connection().stream(id);
    if (opened == null || written.cause() != null) {
      LOG.debug("no stream could be opened: {}", String.valueOf(written.cause()));
      context().executor().execute(() -> ended(carrier, false));
      return null;
    }
    opened.setProperty(carrierKey, carrier);
    liveness.asked();
    return opened;
  }

  ChannelFuture writeData(Http2Stream stream, ByteBuf piece, boolean last) {
    frames.earn();
    liveness.sent(piece.readableBytes());
    return encoder().writeData(context(), stream.id(), piece, 0, last, context().newPromise());
  }

  void flush() {
    flush(context());
  }

  /** Lets the upstream send so many bytes more. */
  void giveBack(Http2Stream stream, int bytes) {
    try {
      if (decoder().flowController().consumeBytes(stream, bytes)) {
        context().flush();
      }
    } catch (Http2Exception e) {
      onError(context(), true, e);
    }
  }

  void reset(Http2Stream stream, Http2Error why) {
    if (stream.state() != Http2Stream.State.CLOSED) {
      resetStream(context(), stream.id(), why.code(), context().newPromise());
      context().flush();
      frames.earnLate();
      if (resets.isSpentBy(System.nanoTime())) {
        leave();
      }
    }
  }

  /** Returns whose stream that is, if it is anybody's, and notes that something came for it. */
  @Nullable Http2Carrier carrier(int id) {
    @Nullable Http2Stream stream = connection().stream(id);
    @Nullable Http2Carrier carrier = stream == null ? null : stream.getProperty(carrierKey);
    if (carrier != null && (touched.isEmpty() || touched.getLast() != carrier)) {
      touched.add(carrier);
    }
    return carrier;
  }

  /** The upstream takes no more streams, and has not looked at those above that one. */
  void goingAway(int lastId) {
    lastIdTaken = lastId;
    leave();
    if (streams == 0) {
      context().executor().execute(this::retire);
    }
  }

  /** Takes no more exchanges. Its last ones may be long: others must not wait for them. */
  void leave() {
    ending = true;
    if (established && !leaving) {
      leaving = true;
      context().executor().execute(() -> pool.closed(this));
    }
  }

  private void ended(Http2Stream stream) {
    @Nullable Http2Carrier carrier = stream.removeProperty(carrierKey);
    if (carrier != null) {
      ended(carrier, stream.id() > lastIdTaken);
    }
  }

  private void ended(Http2Carrier carrier, boolean refused) {
    boolean wasFull = !hasRoom();
    streams--;
    carrier.closed(refused, !faulty);
    if (wasFull || streams == 0) {
      // Not from within the codec, which may be looking through its streams.
      context().executor().execute(this::tellRoom);
    }
  }

  void tellRoom() {
    if (streams == 0 && !hasRoom() && !liveness.isPending()) {
      retire();
    } else if (established && hasRoom()) {
      pool.release(this);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext read, Object bytes) throws Exception {
    liveness.heard();
    super.channelRead(read, bytes);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext read) throws Exception {
    for (int i = 0; i < touched.size(); i++) {
      touched.get(i).flushResponse();
    }
    touched.clear();
    super.channelReadComplete(read);
  }

  @Override
  protected void onStreamError(
      ChannelHandlerContext failed,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException error) {
    LOG.debug("a stream of an upstream failed: {}", error.getMessage());
    if (!outbound && connection().stream(error.streamId()) == null) {
      countLate();
      return;
    }
    @Nullable Http2Carrier carrier = carrier(error.streamId());
    if (!outbound || error.error() != Http2Error.STREAM_CLOSED) {
      super.onStreamError(failed, outbound, cause, error);
    }
    if (carrier != null) {
      // Whoever was writing is not to be told from within.
      if (outbound) {
        failed.executor().execute(carrier::fault);
      } else {
        carrier.fault();
      }
    }
  }

  /**
   * What was under way when its stream was reset is no fault, and is not answered by another reset:
   * an upstream that gets many of them ends the connection.
   */
  private void countLate() {
    try {
      frames.countControl();
    } catch (Http2Exception e) {
      onError(context(), false, e);
    }
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext failed,
      boolean outbound,
      Throwable cause,
      @Nullable Http2Exception error) {
    LOG.debug("an upstream's connection failed: {}", cause.getMessage());
    ending = true;
    faulty = true;
    super.onConnectionError(failed, outbound, cause, error);
    failed.flush();
    failed.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext closed) throws Exception {
    ending = true;
    if (established && !leaving) {
      pool.closed(this);
    }
    Promise<Channel> known = settled;
    if (known != null) {
      settled = null;
      known.tryFailure(new ClosedChannelException());
    }
    // Ends all streams, and so tells their exchanges.
    super.channelInactive(closed);
  }

  /** By TLS, whoever ends in good order says so. */
  @Override
  public void userEventTriggered(ChannelHandlerContext told, Object event) throws Exception {
    if (event instanceof SslCloseCompletionEvent) {
      told.close();
    } else {
      super.userEventTriggered(told, event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext failed, Throwable failure) throws Exception {
    if (failure.getCause() instanceof Http2Exception || failure instanceof Http2Exception) {
      super.exceptionCaught(failed, failure);
    } else {
      LOG.debug("an upstream's connection failed: {}", failure.getMessage());
      failed.close();
    }
  }
}
