package io.tollgate.deploy;

import static io.tollgate.deploy.Kind.BOOLEAN;

import io.tollgate.edge.Http2Bounds;

/** The part of the {@link Catalogue} that is about HTTP/2 with clients. */
final class Http2Catalogue {
  static final SettingList SETTINGS = new SettingList();
  private static final Http2Bounds DEFAULTS = Http2Bounds.DEFAULTS;

  static final Setting<Boolean> EDGE_HTTP2 =
      SETTINGS.add(
          "edge.http2",
          BOOLEAN,
          String.valueOf(DEFAULTS.byTls()),
          "whether HTTP/2 is offered where TLS is spoken");
  static final Setting<Boolean> EDGE_HTTP2_CLEARTEXT =
      SETTINGS.add(
          "edge.http2-cleartext",
          BOOLEAN,
          String.valueOf(DEFAULTS.cleartext()),
          "whether HTTP/2 is spoken without TLS to clients that begin with it");
  static final Setting<Integer> EDGE_HTTP2_STREAMS_MAX =
      SETTINGS.addInteger(
          "edge.http2-streams-max",
          DEFAULTS.streamsMax(),
          "most requests at once on a connection by HTTP/2");
  static final Setting<Integer> EDGE_HTTP2_RESETS_MAX =
      SETTINGS.addInteger(
          "edge.http2-resets-max",
          DEFAULTS.resetsMax(),
          "most requests of a connection that a client may reset, or have reset by its errors,"
              + " within 30 s");
  static final Setting<Integer> EDGE_HTTP2_CONTROL_FRAMES_MAX =
      SETTINGS.addInteger(
          "edge.http2-control-frames-max",
          DEFAULTS.controlFramesMax(),
          "most pings, settings and their kind within 30 s, beside those that go with requests");
  static final Setting<Integer> EDGE_HTTP2_STREAM_WINDOW_BYTES =
      SETTINGS.addInteger(
          "edge.http2-stream-window-bytes",
          DEFAULTS.streamWindowBytes(),
          "how much of a request's body may come before an upstream has taken it");
  static final Setting<Integer> EDGE_HTTP2_CONNECTION_WINDOW_BYTES =
      SETTINGS.addInteger(
          "edge.http2-connection-window-bytes",
          DEFAULTS.connectionWindowBytes(),
          "the same of all requests of a connection");

  private Http2Catalogue() {}

  static Http2Bounds bounds(Settings settings) {
    return new Http2Bounds(
        settings.get(EDGE_HTTP2),
        settings.get(EDGE_HTTP2_CLEARTEXT),
        settings.get(EDGE_HTTP2_STREAMS_MAX),
        settings.get(EDGE_HTTP2_RESETS_MAX),
        settings.get(EDGE_HTTP2_CONTROL_FRAMES_MAX),
        settings.get(EDGE_HTTP2_STREAM_WINDOW_BYTES),
        settings.get(EDGE_HTTP2_CONNECTION_WINDOW_BYTES));
  }
}
