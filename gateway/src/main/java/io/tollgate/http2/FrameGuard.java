package io.tollgate.http2;

import static io.netty.handler.codec.http2.Http2Error.PROTOCOL_ERROR;
import static io.netty.handler.codec.http2.Http2Error.STREAM_CLOSED;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.tollgate.wire.FrameBudget;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the reader of a connection's frames and Netty's view of its streams: frames that
 * cost work and bring nothing are counted, and end the connection when there are too many (rapid
 * reset, made-you-reset, floods of pings, settings, priorities, window updates and empty data).
 *
 * <p>What comes on streams that are over is judged here too, since Netty has forgotten them.
 *
 * <p>Confined to its event loop.
 */
public final class FrameGuard implements Http2FrameReader, Http2FrameListener {
  /** How many frames of control each frame of data, and each request, may be accompanied by. */
  private static final int EARNED = 8;

  /** No client needs to tell of less data than this by a frame of its own. */
  private static final int BYTES_PER_FRAME = 512;

  private final Http2FrameReader reader;
  private final Http2Connection connection;
  private final LongSupplier nowNanos;
  private final FrameBudget resetsRead;
  private final FrameBudget resetsWritten;
  private final FrameBudget control;
  private final RecentStreams recent = new RecentStreams();
  private @Nullable Http2FrameListener to;

  /**
   * Makes the guard of a connection.
   *
   * @param resetsMax the most streams that either side may reset
   * @param controlMax the most frames of control, beside those that data and requests earn
   * @param nowNanos a coarse monotonic clock
   */
  public FrameGuard(
      Http2FrameReader reader,
      Http2Connection connection,
      int resetsMax,
      int controlMax,
      LongSupplier nowNanos) {
    this.reader = reader;
    this.connection = connection;
    this.nowNanos = nowNanos;
    long now = nowNanos.getAsLong();
    resetsRead = new FrameBudget("streams reset by the client", resetsMax, now);
    resetsWritten = new FrameBudget("streams reset for the client's errors", resetsMax, now);
    control = new FrameBudget("frames of control", controlMax, now);
  }

  /** Data was written: a client with a small window tells often how much of it has come. */
  public void wroteData(int bytes) {
    control.earn(Math.max(EARNED, bytes / BYTES_PER_FRAME));
  }

  /** A stream is over. */
  public void ended(Http2Stream stream) {
    recent.ended(stream.id(), stream.isResetSent());
  }

  /** A stream was refused before it was one: what comes on it was sent before that was heard. */
  public void resetUnknown(int streamId) {
    if (!recent.wasReset(streamId)) {
      recent.ended(streamId, true);
    }
  }

  /** Returns why the connection must end with this reset of ours, or null if it need not. */
  public @Nullable Http2Exception wroteReset() {
    return resetsWritten.isSpentBy(nowNanos.getAsLong()) ? resetsWritten.excess() : null;
  }

  private void spend() throws Http2Exception {
    control.spend(nowNanos.getAsLong());
  }

  private Http2FrameListener to() {
    Http2FrameListener known = to;
    if (known == null) {
      throw new IllegalStateException("nobody reads frames");
    }
    return known;
  }

  @Override
  public void readFrame(ChannelHandlerContext context, ByteBuf from, Http2FrameListener listener)
      throws Http2Exception {
    to = listener;
    reader.readFrame(context, from, this);
  }

  @Override
  public Configuration configuration() {
    return reader.configuration();
  }

  @Override
  public void close() {
    reader.close();
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext context, int streamId, ByteBuf data, int padding, boolean end)
      throws Http2Exception {
    if (!data.isReadable() && !end) {
      spend();
    }
    if (isOfReset(streamId)) {
      // Counted and given back, so that the other streams have their window.
      connection.local().flowController().receiveFlowControlledFrame(null, data, padding, end);
      return data.readableBytes() + padding;
    }
    if (data.isReadable()) {
      control.earn(EARNED);
    }
    return to().onDataRead(context, streamId, data, padding, end);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext context, int streamId, Http2Headers headers, int padding, boolean end)
      throws Http2Exception {
    if (isTaken(streamId)) {
      to().onHeadersRead(context, streamId, headers, padding, end);
    }
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext context,
      int streamId,
      Http2Headers headers,
      int dependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean end)
      throws Http2Exception {
    // Priorities are read and dropped (RFC 9113, 5.3.2).
    if (isTaken(streamId)) {
      to().onHeadersRead(context, streamId, headers, padding, end);
    }
  }

  /** Judges a header block by what its stream is (RFC 9113, 5.1). */
  private boolean isTaken(int streamId) throws Http2Exception {
    Http2Stream stream = connection.stream(streamId);
    if (stream == null) {
      boolean known = isOfReset(streamId) || connection.streamMayHaveExisted(streamId);
      return known ? isLate(streamId) : isNew();
    }
    if (stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE && !stream.isResetSent()) {
      throw Http2Exception.streamError(streamId, STREAM_CLOSED, "headers behind the end");
    }
    return true;
  }

  /** Returns whether we have reset that stream, or may have, so that no more of it is heard. */
  private boolean isOfReset(int streamId) {
    return streamId != 0 && connection.stream(streamId) == null && recent.wasReset(streamId);
  }

  private boolean isNew() {
    control.earn(EARNED);
    return true;
  }

  private boolean isLate(int streamId) throws Http2Exception {
    if (recent.wasReset(streamId)) {
      spend();
      return false;
    }
    throw Http2Exception.connectionError(
        recent.hasEnded(streamId) ? STREAM_CLOSED : PROTOCOL_ERROR,
        "headers on stream %d, which is over",
        streamId);
  }

  @Override
  public void onRstStreamRead(ChannelHandlerContext context, int streamId, long error)
      throws Http2Exception {
    resetsRead.spend(nowNanos.getAsLong());
    if (isOfReset(streamId)) {
      return;
    }
    to().onRstStreamRead(context, streamId, error);
  }

  @Override
  public void onPriorityRead(
      ChannelHandlerContext context, int streamId, int dependency, short weight, boolean exclusive)
      throws Http2Exception {
    spend();
    to().onPriorityRead(context, streamId, dependency, weight, exclusive);
  }

  @Override
  public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings)
      throws Http2Exception {
    spend();
    to().onSettingsRead(context, settings);
  }

  @Override
  public void onSettingsAckRead(ChannelHandlerContext context) throws Http2Exception {
    spend();
    to().onSettingsAckRead(context);
  }

  @Override
  public void onPingRead(ChannelHandlerContext context, long data) throws Http2Exception {
    spend();
    to().onPingRead(context, data);
  }

  @Override
  public void onPingAckRead(ChannelHandlerContext context, long data) throws Http2Exception {
    spend();
    to().onPingAckRead(context, data);
  }

  @Override
  public void onWindowUpdateRead(ChannelHandlerContext context, int streamId, int increment)
      throws Http2Exception {
    spend();
    if (isOfReset(streamId)) {
      return;
    }
    to().onWindowUpdateRead(context, streamId, increment);
  }

  @Override
  public void onUnknownFrame(
      ChannelHandlerContext context, byte type, int streamId, Http2Flags flags, ByteBuf payload)
      throws Http2Exception {
    spend();
    to().onUnknownFrame(context, type, streamId, flags, payload);
  }

  @Override
  public void onPushPromiseRead(
      ChannelHandlerContext context, int streamId, int promised, Http2Headers headers, int padding)
      throws Http2Exception {
    to().onPushPromiseRead(context, streamId, promised, headers, padding);
  }

  @Override
  public void onGoAwayRead(
      ChannelHandlerContext context, int lastStreamId, long error, ByteBuf debugData)
      throws Http2Exception {
    spend();
    to().onGoAwayRead(context, lastStreamId, error, debugData);
  }
}
