package io.tollgate.proxy;

import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.tollgate.wire.Http2Request;

/** Puts Netty's codec together for upstreams: what is declined, and what bounds it. */
final class Http2LinkBuilder
    extends AbstractHttp2ConnectionHandlerBuilder<Http2Link, Http2LinkBuilder> {
  /** How much of one response is under way, or held for a client that does not read. */
  static final int WINDOW_BYTES = 65_535;

  private final TargetPool pool;
  private final Http2Pads pads;
  private final ProxyConfig config;

  private Http2LinkBuilder(TargetPool pool, Http2Pads pads, ProxyConfig config) {
    this.pool = pool;
    this.pads = pads;
    this.config = config;
  }

  static Http2Link link(TargetPool pool, Http2Pads pads, ProxyConfig config) {
    var connection = new DefaultHttp2Connection(false, 0);
    // Nobody sends priorities, so that streams are served in turn.
    connection
        .remote()
        .flowController(
            new DefaultHttp2RemoteFlowController(
                connection, new UniformStreamByteDistributor(connection)));
    return new Http2LinkBuilder(pool, pads, config)
        .connection(connection)
        .initialSettings(
            Http2Settings.defaultSettings()
                .pushEnabled(false)
                .initialWindowSize(WINDOW_BYTES)
                .maxHeaderListSize(config.headerBytesMax()))
        .headerSensitivityDetector((name, value) -> Http2Request.isSecret(name))
        // Netty's bound, meant for servers, would end the streams of others: Http2Link has its own.
        .encoderEnforceMaxRstFramesPerWindow(0, 1)
        // Its close is at once; who ends in good order says so before.
        .decoupleCloseAndGoAway(true)
        .build();
  }

  /** Puts a reader of our own in the place of Netty's, for which its builder has no room. */
  @Override
  protected Http2Link build(
      Http2ConnectionDecoder standard, Http2ConnectionEncoder encoder, Http2Settings settings) {
    standard.close();
    var reader = new DefaultHttp2FrameReader(new ResponseBlockReader(config.headerBytesMax()));
    var decoder = new DefaultHttp2ConnectionDecoder(encoder.connection(), encoder, reader);
    return new Http2Link(decoder, encoder, settings, pool, pads, config.streamsMax());
  }
}
