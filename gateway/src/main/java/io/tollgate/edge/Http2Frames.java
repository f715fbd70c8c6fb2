package io.tollgate.edge;

import io.netty.channel.Channel;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2PromisedRequestVerifier;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.tollgate.http2.FrameGuard;
import io.tollgate.http2.HpackWriter;
import io.tollgate.http2.RequestBlockReader;

/** Puts together what reads and writes the frames of a client's connection. */
final class Http2Frames {
  /** More small pieces of a header block than any client has need of. */
  private static final int SMALL_CONTINUATIONS_MAX = 16;

  private Http2Frames() {}

  /** Makes the handler of a connection on which HTTP/2 has been agreed upon. */
  static Http2ClientConnection make(
      Edge edge, Connections connections, EdgeMetrics metrics, Channel channel, Origin origin) {
    Http2Bounds bounds = connections.http2();
    int blockBytesMax = connections.bounds().headerBytesMax();
    Http2Connection connection = connection(bounds);
    var encoder =
        new DefaultHttp2ConnectionEncoder(
            connection, new DefaultHttp2FrameWriter(new HpackWriter()));
    var guard =
        new FrameGuard(
            new DefaultHttp2FrameReader(
                new RequestBlockReader(connections.speller(), blockBytesMax),
                SMALL_CONTINUATIONS_MAX),
            connection,
            bounds.resetsMax(),
            bounds.controlFramesMax(),
            edge::nowNanos);
    var decoder =
        new DefaultHttp2ConnectionDecoder(
            connection,
            encoder,
            guard,
            Http2PromisedRequestVerifier.ALWAYS_VERIFY,
            true,
            true,
            false,
            false);
    Http2Settings settings =
        new Http2Settings()
            .maxConcurrentStreams(bounds.streamsMax())
            .initialWindowSize(bounds.streamWindowBytes())
            .maxHeaderListSize(blockBytesMax);
    return new Http2ClientConnection(
        decoder, encoder, settings, guard, edge, connections, metrics, channel, origin);
  }

  private static Http2Connection connection(Http2Bounds bounds) {
    var connection = new DefaultHttp2Connection(true, 0);
    // From the first frame on, not only once the client has acknowledged it.
    connection.remote().maxActiveStreams(bounds.streamsMax());
    connection
        .remote()
        .flowController(
            new DefaultHttp2RemoteFlowController(
                connection, new UniformStreamByteDistributor(connection)));
    return connection;
  }
}
