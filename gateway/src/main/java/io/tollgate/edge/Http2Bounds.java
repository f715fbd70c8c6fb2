package io.tollgate.edge;

import io.tollgate.setting.Bounds;

/**
 * What one client may take of the edge by HTTP/2, beside its {@link ClientBounds}.
 *
 * @param byTls whether it is offered where TLS is spoken
 * @param cleartext whether it is spoken without TLS to clients that begin so
 * @param streamsMax the most requests at once on a connection
 * @param resetsMax the most streams of a connection, within 30 s, that a client may reset, and that
 *     it may have reset by its errors
 * @param controlFramesMax the most pings, settings, window updates and their kind within 30 s,
 *     beside those that go with requests and bodies
 * @param streamWindowBytes how much of a request's body may be under way unasked
 * @param connectionWindowBytes the same of all requests of a connection together
 */
public record Http2Bounds(
    boolean byTls,
    boolean cleartext,
    int streamsMax,
    int resetsMax,
    int controlFramesMax,
    int streamWindowBytes,
    int connectionWindowBytes) {
  private static final int COUNT_MAX = 100_000;
  private static final int WINDOW_MIN = 16 * 1024;
  private static final int WINDOW_MAX = 64 << 20;

  /** What HTTP/2 itself begins with; the window of a connection can't be smaller. */
  private static final int CONNECTION_WINDOW_MIN = 65_535;

  public static final Http2Bounds DEFAULTS =
      new Http2Bounds(true, false, 100, 200, 1_000, 256 * 1024, 1024 * 1024);

  public Http2Bounds {
    Bounds.check("edge.http2-streams-max", streamsMax, 1, 1_000);
    Bounds.check("edge.http2-resets-max", resetsMax, 1, COUNT_MAX);
    Bounds.check("edge.http2-control-frames-max", controlFramesMax, 100, COUNT_MAX);
    Bounds.check("edge.http2-stream-window-bytes", streamWindowBytes, WINDOW_MIN, WINDOW_MAX);
    Bounds.check(
        "edge.http2-connection-window-bytes",
        connectionWindowBytes,
        CONNECTION_WINDOW_MIN,
        WINDOW_MAX);
  }

  /** Returns the same with HTTP/2 where there is no TLS. */
  Http2Bounds withCleartext() {
    return new Http2Bounds(
        byTls,
        true,
        streamsMax,
        resetsMax,
        controlFramesMax,
        streamWindowBytes,
        connectionWindowBytes);
  }
}
