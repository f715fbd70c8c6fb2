package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tollgate.wire.RequestHead;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What the connections of one event loop share. */
class ConnectionsTest {
  @Test
  void a_pad_that_is_used_again_tells_nothing_of_the_request_before() {
    var connections = new Connections(ClientBounds.DEFAULTS, Http2Bounds.DEFAULTS, 1);
    RequestHead head = connections.takeHead();
    String text = "GET /secret HTTP/1.0\r\nHost: t\r\nX-API-Key: k\r\n\r\n";
    ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    assertThat(head.parse(bytes, text.length())).isNull();
    assertThat(head.fieldCount()).isEqualTo(2);
    connections.giveBack(head);
    assertThat(connections.takeHead()).isSameAs(head);
    assertThat(head.method()).isNull();
    assertThat(head.fieldCount()).isZero();
    assertThat(head.hostField()).isNegative();
    assertThat(head.isHttp10()).isFalse();
    assertThat(head.pathEnd() - head.pathStart()).isZero();
  }

  @Test
  void bodies_that_wait_hold_no_more_in_all_than_half_read_heads_may() {
    var connections = new Connections(ClientBounds.DEFAULTS, Http2Bounds.DEFAULTS, 1);
    int all = ClientBounds.DEFAULTS.unreadHeaderBytesMax();
    assertThat(connections.holdBody(all)).isTrue();
    assertThat(connections.holdUnread(1)).as("heads have a bound of their own").isTrue();
    assertThat(connections.holdBody(1)).isFalse();
    assertThat(connections.holdBody(-1)).isTrue();
  }
}
