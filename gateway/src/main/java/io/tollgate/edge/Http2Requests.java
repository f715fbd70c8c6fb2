package io.tollgate.edge;

import static io.netty.handler.codec.http2.Http2Error.PROTOCOL_ERROR;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.tollgate.http2.FrameWatch;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.HeadSpeller;
import io.tollgate.wire.Malformed;
import io.tollgate.wire.RequestHead;
import org.jspecify.annotations.Nullable;

/**
 * Turns the frames of one connection into requests: each stream's head is spelled as HTTP/1.1 has
 * it and read by the one reader of heads there is.
 *
 * <p>Confined to its event loop.
 */
final class Http2Requests extends Http2FrameAdapter
    implements Http2Connection.Listener, FrameWatch.Bodies {
  private final Http2ClientConnection connection;
  private final Edge edge;
  private final Connections connections;
  private final Origin origin;
  private final HeadSpeller speller;
  private final Http2Connection.PropertyKey key;

  Http2Requests(
      Http2ClientConnection connection, Edge edge, Connections connections, Origin origin) {
    this.connection = connection;
    this.edge = edge;
    this.connections = connections;
    this.origin = origin;
    speller = connections.speller();
    key = connection.connection().newKey();
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
    Http2Stream stream = connection.connection().stream(streamId);
    ClientStream known = stream.getProperty(key);
    if (known == null) {
      begin(stream, end);
    } else if (speller.isTrailers()) {
      // By HTTP/1.1 hardly any server takes them: they end here, as those in chunks do.
      known.endRequest();
    } else {
      throw malformed(streamId);
    }
  }

  private void begin(Http2Stream stream, boolean end) throws Http2Exception {
    HeadBuffer spelled = speller.end(!end);
    if (spelled == null) {
      throw malformed(stream.id());
    }
    RequestHead head = connections.takeHead();
    Malformed found = head.parse(spelled);
    boolean whole = found != null || head.fieldCount() == speller.fieldCount();
    boolean isShort = found == null && end && head.contentLength() > 0;
    if (!whole || isShort) {
      connections.giveBack(head);
      throw malformed(stream.id());
    }
    var opened = new ClientStream(connection, edge, connections, stream, origin.ofStream());
    stream.setProperty(key, opened);
    opened.begin(head, found == null ? null : Refusal.of(found), end);
  }

  /** Answers a head that is too large to be read; false if its stream can't be had. */
  boolean refuseLarge(int streamId) {
    if (connection.connection().streamMayHaveExisted(streamId)) {
      return false;
    }
    try {
      // Nobody knows whether a body follows.
      Http2Stream stream = connection.connection().remote().createStream(streamId, false);
      stream.headersReceived(false);
      var opened = new ClientStream(connection, edge, connections, stream, origin.ofStream());
      stream.setProperty(key, opened);
      opened.begin(connections.takeHead(), Refusal.HEADER_TOO_LARGE, false);
      return true;
    } catch (Http2Exception e) {
      return false;
    }
  }

  private static Http2Exception malformed(int streamId) {
    return Http2Exception.streamError(streamId, PROTOCOL_ERROR, "a malformed request");
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext context, int streamId, ByteBuf data, int padding, boolean end)
      throws Http2Exception {
    ClientStream known = of(connection.connection().stream(streamId));
    return known == null
        ? data.readableBytes() + padding
        : known.take(data, data.readableBytes() + padding, end);
  }

  @Override
  public void came(int streamId, int bytes) {
    ClientStream known = of(connection.connection().stream(streamId));
    if (known != null) {
      known.bodyCame(bytes);
    }
  }

  @Override
  public boolean areTaken(int streamId) {
    ClientStream known = of(connection.connection().stream(streamId));
    return known != null && known.takesBody();
  }

  private @Nullable ClientStream of(@Nullable Http2Stream stream) {
    return stream == null ? null : stream.<ClientStream>getProperty(key);
  }

  @Override
  public void onSettingsAckRead(ChannelHandlerContext context) {
    connection.acknowledged();
  }

  /** Returns whether the stream is closed, so that what could not be written on it is no fault. */
  boolean isOver(int streamId) {
    Http2Stream known = connection.connection().stream(streamId);
    return known == null || known.state() == Http2Stream.State.CLOSED;
  }

  boolean tick(Http2Stream stream) {
    ClientStream known = of(stream);
    if (known != null) {
      known.tick(connection.tickNanos());
    }
    return true;
  }

  @Override
  public void onStreamClosed(Http2Stream stream) {
    connection.ended(stream);
    over(stream);
    if (connection.connection().numActiveStreams() == 0) {
      connection.unused();
    }
  }

  /** Nothing more comes of its request. */
  void over(Http2Stream stream) {
    ClientStream known = of(stream);
    if (known != null) {
      known.closed();
    }
  }

  @Override
  public void onStreamAdded(Http2Stream stream) {}

  @Override
  public void onStreamActive(Http2Stream stream) {}

  @Override
  public void onStreamHalfClosed(Http2Stream stream) {}

  @Override
  public void onStreamRemoved(Http2Stream stream) {}

  @Override
  public void onGoAwaySent(int lastStreamId, long error, ByteBuf debugData) {}

  @Override
  public void onGoAwayReceived(int lastStreamId, long error, ByteBuf debugData) {}
}
