package io.tollgate.deploy;

import io.tollgate.edge.WebSocketBounds;
import java.time.Duration;

/** The part of the {@link Catalogue} that is about WebSockets. */
final class WebSocketCatalogue {
  static final SettingList SETTINGS = new SettingList();
  private static final WebSocketBounds DEFAULTS = WebSocketBounds.DEFAULTS;

  static final Setting<Integer> EDGE_WEBSOCKETS_MAX =
      SETTINGS.addInteger(
          "edge.websockets-max",
          DEFAULTS.max(),
          "most WebSockets; never above a quarter of the files the process may open");
  static final Setting<Integer> EDGE_WEBSOCKETS_PER_KEY_MAX =
      SETTINGS.addInteger(
          "edge.websockets-per-key-max", DEFAULTS.perKeyMax(), "most of them by one key");
  static final Setting<Integer> EDGE_WEBSOCKET_FRAME_BYTES_MAX =
      SETTINGS.addInteger(
          "edge.websocket-frame-bytes-max",
          DEFAULTS.frameBytesMax(),
          "longest payload of a WebSocket's frame");
  static final Setting<Duration> EDGE_WEBSOCKET_IDLE_TIMEOUT =
      SETTINGS.addDuration(
          "edge.websocket-idle-timeout",
          DEFAULTS.idleTimeout(),
          "longest time in which no byte moves on a WebSocket");

  private WebSocketCatalogue() {}

  static WebSocketBounds bounds(Settings settings) {
    return new WebSocketBounds(
        settings.get(EDGE_WEBSOCKETS_MAX),
        settings.get(EDGE_WEBSOCKETS_PER_KEY_MAX),
        settings.get(EDGE_WEBSOCKET_FRAME_BYTES_MAX),
        settings.get(EDGE_WEBSOCKET_IDLE_TIMEOUT));
  }
}
