package io.tollgate.wire;

import static io.tollgate.wire.Heads.request;
import static io.tollgate.wire.Heads.response;
import static io.tollgate.wire.Heads.written;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The example of RFC 6455, 1.3, and what may differ from it. */
class WebSocketHandshakeTest {
  private static final String UPGRADE = "Upgrade: websocket";
  private static final String CONNECTION = "Connection: Upgrade";
  private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  private static final String VERSION = "Sec-WebSocket-Version: 13";
  private static final String ACCEPT = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

  private static RequestHead asking(String line, List<String> fields) {
    List<String> lines = new ArrayList<>(List.of(line, "Host: a"));
    lines.addAll(fields);
    return request(lines.toArray(String[]::new));
  }

  private static RequestHead asking(String... more) {
    List<String> fields = new ArrayList<>(List.of(UPGRADE, CONNECTION, KEY, VERSION));
    fields.addAll(List.of(more));
    return asking("GET / HTTP/1.1", fields);
  }

  /** Asks as above, with one line in the place of another, or without that one. */
  private static RequestHead askingWith(String instead, String... lines) {
    List<String> fields = new ArrayList<>(List.of(UPGRADE, CONNECTION, KEY, VERSION));
    fields.remove(instead);
    fields.addAll(List.of(lines));
    return asking("GET / HTTP/1.1", fields);
  }

  private static ResponseHead answer(String status, String... fields) {
    List<String> lines = new ArrayList<>(List.of(status));
    lines.addAll(List.of(fields));
    return response(lines.toArray(String[]::new));
  }

  private static ResponseHead accepting(String... more) {
    List<String> fields = new ArrayList<>(List.of(UPGRADE, CONNECTION, ACCEPT));
    fields.addAll(List.of(more));
    return answer("HTTP/1.1 101 Switching Protocols", fields.toArray(String[]::new));
  }

  @Test
  void a_handshake_is_well_formed() {
    assertThat(WebSocketHandshake.isAsked(asking())).isTrue();
    assertThat(WebSocketHandshake.check(asking())).isNull();
    RequestHead firefox =
        askingWith(CONNECTION, "Connection: keep-alive, Upgrade", "Sec-WebSocket-Protocol: a, b");
    assertThat(WebSocketHandshake.check(firefox)).isNull();
  }

  @Test
  void another_upgrade_asks_for_no_websocket() {
    assertThat(WebSocketHandshake.isAsked(askingWith(UPGRADE, "Upgrade: h2c"))).isFalse();
    assertThat(WebSocketHandshake.isAsked(askingWith(UPGRADE))).isFalse();
    assertThat(WebSocketHandshake.isAsked(askingWith(UPGRADE, "Upgrade: WebSocket, h2c"))).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Upgrade: websocket | Upgrade: websocket, h2c",
        "Upgrade: websocket | Upgrade: websocket/13",
        "Upgrade: none      | Upgrade: h2c",
        "Connection: Upgrade | Connection: keep-alive",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ== | X: y",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ== | Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR==",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ== | Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ== | Sec-WebSocket-Key: dGhlIHNhbXBsZS!ub25jZQ==",
        "Sec-WebSocket-Key: none | Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13 | X: y",
        "Sec-WebSocket-Version: none | Sec-WebSocket-Version: 13",
        "X: none | Content-Length: 1",
        "X: none | Transfer-Encoding: chunked",
        "X: none | Sec-WebSocket-Protocol: a b",
        "X: none | Sec-WebSocket-Protocol: \"a\"",
        "X: none | Sec-WebSocket-Extensions: a;=b",
        "X: none | Sec-WebSocket-Extensions: a;b=\"c,d\"",
      })
  void one_that_is_none_is_refused(String instead, String line) {
    assertThat(WebSocketHandshake.check(askingWith(instead, line))).isEqualTo(Malformed.HANDSHAKE);
  }

  @Test
  void it_is_a_get_by_http_1_1() {
    List<String> fields = List.of(UPGRADE, CONNECTION, KEY, VERSION);
    for (String line : List.of("POST / HTTP/1.1", "HEAD / HTTP/1.1", "GET / HTTP/1.0")) {
      assertThat(WebSocketHandshake.check(asking(line, fields))).isEqualTo(Malformed.HANDSHAKE);
    }
  }

  @Test
  void another_version_is_told_from_a_fault() {
    assertThat(WebSocketHandshake.check(askingWith(VERSION, "Sec-WebSocket-Version: 8")))
        .isEqualTo(Malformed.HANDSHAKE_VERSION);
  }

  @Test
  void the_upstream_gets_a_handshake_of_ours_and_one_extension_that_we_know() {
    var out = new HeadBuffer();
    WebSocketHandshake.writeRequest(
        asking(
            "Sec-WebSocket-Protocol: a",
            "Sec-WebSocket-Protocol: b,,c",
            "Sec-WebSocket-Extensions: mux, permessage-deflate; client_max_window_bits, x;y=z"),
        out);
    assertThat(written(out))
        .isEqualTo(
            """
            connection: Upgrade
            upgrade: websocket
            sec-websocket-version: 13
            sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==
            sec-websocket-protocol: a, b, c
            sec-websocket-extensions: permessage-deflate; client_max_window_bits
            """
                .replace("\n", "\r\n"));
    out.clear();
    WebSocketHandshake.writeRequest(asking("Sec-WebSocket-Extensions: mux"), out);
    assertThat(written(out)).doesNotContain("protocol", "extensions");
  }

  @Test
  void a_right_answer_makes_a_websocket() {
    assertThat(WebSocketHandshake.isAccepted(asking(), accepting())).isTrue();
    RequestHead offering =
        asking(
            "Sec-WebSocket-Protocol: a, b",
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits");
    ResponseHead chosen =
        accepting(
            "Sec-WebSocket-Protocol: b",
            "Sec-WebSocket-Extensions: permessage-deflate;client_max_window_bits=15");
    assertThat(WebSocketHandshake.isAccepted(offering, accepting())).isTrue();
    assertThat(WebSocketHandshake.isDeflated(accepting())).isFalse();
    assertThat(WebSocketHandshake.isAccepted(offering, chosen)).isTrue();
    assertThat(WebSocketHandshake.isDeflated(chosen)).isTrue();
    var out = new HeadBuffer();
    WebSocketHandshake.writeResponse(chosen, out);
    assertThat(written(out))
        .contains("upgrade: websocket", "connection: Upgrade", ACCEPT, "Protocol: b")
        .contains("Extensions: permessage-deflate;client_max_window_bits=15");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 0",
        "Transfer-Encoding: chunked",
        "Upgrade: websocket",
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        "Sec-WebSocket-Protocol: b",
        "Sec-WebSocket-Protocol: A",
        "Sec-WebSocket-Protocol: a, a",
        "Sec-WebSocket-Extensions: permessage-deflate",
        "Sec-WebSocket-Extensions: mux",
      })
  void one_that_says_more_than_was_offered_makes_none(String more) {
    RequestHead offering =
        asking("Sec-WebSocket-Protocol: a", "Sec-WebSocket-Extensions: mux, x-deflate");
    assertThat(WebSocketHandshake.isAccepted(offering, accepting())).isTrue();
    assertThat(WebSocketHandshake.isAccepted(offering, accepting(more))).isFalse();
  }

  @Test
  void one_that_lacks_something_makes_none() {
    String switching = "HTTP/1.1 101 Switching Protocols";
    List<ResponseHead> wrong =
        List.of(
            answer(switching, CONNECTION, ACCEPT),
            answer(switching, UPGRADE, ACCEPT),
            answer(switching, UPGRADE, CONNECTION),
            answer(switching, "Upgrade: h2c", CONNECTION, ACCEPT),
            answer(switching, UPGRADE, "Connection: close", ACCEPT),
            answer(
                switching,
                UPGRADE,
                CONNECTION,
                "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            answer("HTTP/1.0 101 Switching Protocols", UPGRADE, CONNECTION, ACCEPT),
            answer("HTTP/1.1 200 OK", UPGRADE, CONNECTION, ACCEPT));
    for (ResponseHead head : wrong) {
      assertThat(WebSocketHandshake.isAccepted(asking(), head)).isFalse();
    }
  }
}
