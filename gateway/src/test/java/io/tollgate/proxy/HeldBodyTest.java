package io.tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What waits of a request's body takes no more memory for coming in small pieces. */
class HeldBodyTest {
  private static final String LARGE = "L".repeat(4096);
  private final HeldBody body = new HeldBody(ByteBufAllocator.DEFAULT);
  private final RecordingCarrier to = new RecordingCarrier();

  @AfterEach
  void drop() {
    body.drop();
  }

  private static ByteBuf piece(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  @Test
  void pieces_go_on_as_they_come_while_they_are_taken() {
    body.add(to, piece("a"));
    body.add(to, piece("b"));
    assertThat(to.written).containsExactly("a", "b");
  }

  @Test
  void what_comes_before_there_is_a_carrier_waits_for_it() {
    body.add(null, piece(LARGE));
    body.add(null, piece("a"));
    assertThat(body.isBegun()).isFalse();
    body.sendWaiting(to);
    assertThat(body.isBegun()).isTrue();
    assertThat(to.written).containsExactly(LARGE + "a");
  }

  @Test
  void small_pieces_are_joined_while_none_are_taken() {
    to.writable = false;
    for (int i = 0; i < 100_000; i++) {
      body.add(to, piece("x"));
    }
    assertThat(to.written).isEmpty();
    to.writable = true;
    body.sendWaiting(to);
    assertThat(to.written).containsExactly("x".repeat(100_000));
  }

  @Test
  void none_overtakes_those_that_wait() {
    to.writable = false;
    body.add(to, piece("a"));
    body.add(to, piece(LARGE));
    body.add(to, piece("b"));
    to.writable = true;
    body.add(to, piece("c"));
    body.sendWaiting(to);
    assertThat(to.written).containsExactly("a", LARGE, "bc");
  }
}
