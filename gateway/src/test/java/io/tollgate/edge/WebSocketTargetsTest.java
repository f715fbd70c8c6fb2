package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.proxy.Destination;
import io.tollgate.proxy.LongLived;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.Awaiting;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How many WebSockets one target gets, of all event loops together. */
class WebSocketTargetsTest {
  @RegisterExtension static final Stores STORES = new Stores();

  private Secret key;

  @BeforeEach
  void makeKey() {
    key = STORES.keys.everywhere("read");
    STORES.keys.markApplied();
  }

  /** Starts one, on two event loops, that lets a target have so many. */
  private static RunningGateway gateway(int perTarget, Route route) {
    return STORES.gateway(ProxyConfig.DEFAULTS.withWebSockets(perTarget), route);
  }

  private static ScriptedUpstream target() {
    return new ScriptedUpstream(
        (peer, index) -> {
          peer.readHead();
          peer.write(RawWebSocket.SWITCHED + "\r\n");
          peer.awaitEnd();
        });
  }

  private void assertOpens(RawWebSocket socket) {
    assertThat(socket.head).startsWith("HTTP/1.1 101");
  }

  private void assertRefused(RunningGateway edge) throws IOException {
    try (var refused = new RawWebSocket(edge.gateway.port(), key)) {
      assertThat(refused.head.toLowerCase(Locale.ROOT))
          .startsWith("http/1.1 503")
          .contains("retry-after: 1\r\n");
      assertThat(refused.readToEnd()).contains("upstream-busy");
    }
  }

  @Test
  void a_target_has_as_many_as_may_be_and_gets_another_when_one_has_ended() throws Exception {
    try (var target = target();
        RunningGateway edge = gateway(2, target.route("/").with(LongLived.WEBSOCKETS))) {
      int port = edge.gateway.port();
      try (var first = new RawWebSocket(port, key)) {
        assertOpens(first);
        try (var second = new RawWebSocket(port, key)) {
          assertOpens(second);
          assertRefused(edge);
          assertRefused(edge);
          // Nothing was dialled for those, and requests are none of them.
          assertThat(target.connections).hasValue(2);
        }
        Awaiting.until("one is open", () -> open(edge) == 1);
        try (var third = new RawWebSocket(port, key)) {
          assertOpens(third);
          assertRefused(edge);
        }
      }
    }
  }

  @Test
  void who_finds_one_target_full_goes_to_another() throws Exception {
    try (var one = target();
        var other = target()) {
      Destination both =
          new Destination(
              List.of(one.route("/").destination().first(), other.route("/").destination().first()),
              "");
      Route route = one.route("/").to(both).with(LongLived.WEBSOCKETS);
      try (RunningGateway edge = gateway(1, route)) {
        int port = edge.gateway.port();
        try (var first = new RawWebSocket(port, key);
            var second = new RawWebSocket(port, key)) {
          assertOpens(first);
          assertOpens(second);
          assertThat(one.connections).hasValue(1);
          assertThat(other.connections).hasValue(1);
          assertRefused(edge);
        }
      }
    }
  }

  private static double open(RunningGateway edge) {
    return edge.metrics.get("tollgate.edge.websockets").gauge().value();
  }
}
