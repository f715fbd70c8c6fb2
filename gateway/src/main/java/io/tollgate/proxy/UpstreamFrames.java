package io.tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.tollgate.wire.FrameBudget;

/**
 * Hands the frames that an upstream sends to the streams they are of, and bounds those that are of
 * none.
 *
 * <p>Confined to the event loop of its connection.
 */
final class UpstreamFrames implements Http2FrameListener {
  /** More frames that carry nothing are a flood, those excepted that data and heads earn. */
  private static final int CONTROL_FRAMES_MAX = 1_000;

  /** How many of them each frame of data or of a head may be accompanied by, either way. */
  private static final int EARNED = 8;

  /** How many frames may be under way of a stream that we reset: none needs smaller ones. */
  private static final int LATE = Http2LinkBuilder.WINDOW_BYTES / 512;

  private final Http2Link link;
  private final FrameBudget control =
      new FrameBudget("frames of control", CONTROL_FRAMES_MAX, System.nanoTime());

  UpstreamFrames(Http2Link link) {
    this.link = link;
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext context, int id, ByteBuf data, int padding, boolean last)
      throws Http2Exception {
    if (data.isReadable()) {
      earn();
    } else if (!last) {
      countControl();
    }
    Http2Carrier carrier = link.carrier(id);
    return padding + (carrier == null ? data.readableBytes() : carrier.data(data, last));
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext context,
      int id,
      Http2Headers fields,
      int dependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean last) {
    onHeadersRead(context, id, fields, padding, last);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext context, int id, Http2Headers fields, int padding, boolean last) {
    earn();
    Http2Carrier carrier = link.carrier(id);
    if (carrier != null) {
      carrier.headers(fields, last);
    }
  }

  @Override
  public void onRstStreamRead(ChannelHandlerContext context, int id, long error) {
    Http2Carrier carrier = link.carrier(id);
    if (carrier != null) {
      carrier.wasReset(error);
    }
  }

  @Override
  public void onGoAwayRead(ChannelHandlerContext context, int lastId, long error, ByteBuf debugData)
      throws Http2Exception {
    countControl();
    link.goingAway(lastId);
  }

  @Override
  public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings)
      throws Http2Exception {
    countControl();
    link.settled();
  }

  @Override
  public void onPingRead(ChannelHandlerContext context, long data) throws Http2Exception {
    countControl();
  }

  @Override
  public void onPingAckRead(ChannelHandlerContext context, long data) throws Http2Exception {
    countControl();
  }

  @Override
  public void onSettingsAckRead(ChannelHandlerContext context) throws Http2Exception {
    countControl();
  }

  @Override
  public void onPriorityRead(
      ChannelHandlerContext context, int id, int dependency, short weight, boolean exclusive)
      throws Http2Exception {
    countControl();
  }

  @Override
  public void onUnknownFrame(
      ChannelHandlerContext context, byte type, int id, Http2Flags flags, ByteBuf payload)
      throws Http2Exception {
    countControl();
  }

  @Override
  public void onWindowUpdateRead(ChannelHandlerContext context, int id, int increment) {
    // The codec's flow controller has it.
  }

  @Override
  public void onPushPromiseRead(
      ChannelHandlerContext context, int id, int promisedId, Http2Headers fields, int padding)
      throws Http2Exception {
    throw Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, "pushes were declined");
  }

  /** A busy server asks by pings how fast it can be, about as often as something moves. */
  void earn() {
    control.earn(EARNED);
  }

  /** A stream was reset by us: what is under way of it comes all the same. */
  void earnLate() {
    control.earn(LATE);
  }

  void countControl() throws Http2Exception {
    control.spend(System.nanoTime());
  }
}
