package io.tollgate.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is under way is waited for from its first byte, and what is held of it is counted. */
class FrameWatchTest {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int PUSH_PROMISE = 5;
  private static final int PING = 6;
  private static final int CONTINUATION = 9;
  private static final int UNKNOWN = 0xfa;
  private static final int END_HEADERS = 4;
  private static final int HEAD_BYTES = 9;
  private static final long TIME = 10;
  private static final long IDLE = 60;

  private final Map<Integer, Integer> bodies = new HashMap<>();
  private boolean taken = true;
  private final FrameWatch watch = watch();

  private FrameWatch watch() {
    return new FrameWatch(
        new FrameWatch.Bodies() {
          @Override
          public void came(int streamId, int bytes) {
            bodies.merge(streamId, bytes, Integer::sum);
          }

          @Override
          public boolean areTaken(int streamId) {
            return taken;
          }
        });
  }

  @BeforeEach
  void begin() {
    see(0, preface());
  }

  private static ByteBuf preface() {
    return Unpooled.copiedBuffer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", StandardCharsets.US_ASCII);
  }

  private static ByteBuf frame(int type, int flags, int length) {
    ByteBuf frame = Unpooled.buffer();
    return frame.writeMedium(length).writeByte(type).writeByte(flags).writeInt(1).writeZero(length);
  }

  private void see(long now, ByteBuf... bytes) {
    watch.see(Unpooled.wrappedBuffer(bytes), now);
  }

  private static ByteBuf first(int count, ByteBuf of) {
    return of.readSlice(count);
  }

  @Test
  void a_half_read_frame_is_late_once_its_time_is_over() {
    see(5, first(HEAD_BYTES + 3, frame(PING, 0, 8)));
    assertThat(watch.isLate(5 + TIME, TIME, IDLE)).isFalse();
    assertThat(watch.isLate(6 + TIME, TIME, IDLE)).isTrue();
  }

  @Test
  void a_half_frame_of_a_body_that_nobody_takes_any_more_is_none_of_a_body() {
    see(5, first(HEAD_BYTES + 3, frame(DATA, 0, 8)));
    assertThat(watch.isLate(6 + TIME, TIME, IDLE)).isFalse();
    assertThat(watch.bodyBytes()).isEqualTo(3);
    taken = false;
    assertThat(watch.isLate(6 + 2 * TIME, TIME, IDLE)).as("as long as any other").isFalse();
    assertThat(watch.isLate(7 + 2 * TIME, TIME, IDLE)).isTrue();
    assertThat(watch.bodyBytes()).isZero();
    assertThat(watch.headBytes()).isEqualTo(3);
  }

  @Test
  void a_half_frame_of_a_body_may_drip_in_but_not_stand_still() {
    ByteBuf frame = frame(DATA, 0, 8);
    see(0, first(HEAD_BYTES + 3, frame));
    for (long now = IDLE; now < 5 * IDLE; now += IDLE) {
      assertThat(watch.isLate(now, TIME, IDLE)).isFalse();
      see(now, first(1, frame));
    }
    assertThat(watch.isLate(5 * IDLE, TIME, IDLE)).isFalse();
    assertThat(watch.isLate(5 * IDLE + 1, TIME, IDLE)).isTrue();
  }

  @Test
  void bytes_that_drip_in_win_a_frame_no_time() {
    ByteBuf ping = frame(PING, 0, 8);
    for (long now = 0; ping.readableBytes() > 1; now++) {
      see(now, first(1, ping));
    }
    assertThat(watch.isLate(TIME + 1, TIME, IDLE)).isTrue();
    see(TIME + 1, ping);
    assertThat(watch.isLate(Long.MAX_VALUE, TIME, IDLE)).as("nothing is under way").isFalse();
  }

  @Test
  void each_frame_has_its_own_time_though_every_read_ends_within_one() {
    ByteBuf under = frame(DATA, 0, 100);
    see(0, first(4, under));
    for (long now = 1; now < 5 * TIME; now++) {
      ByteBuf next = frame(now % 2 == 0 ? DATA : PING, 0, 8);
      see(now, under, first(4, next));
      under = next;
      assertThat(watch.isLate(now + TIME, TIME, IDLE)).isFalse();
    }
    assertThat(watch.isLate(6 * TIME, TIME, IDLE)).as("the last has not come whole").isTrue();
  }

  @Test
  void a_header_block_has_the_time_of_one_frame_however_many_it_comes_in() {
    see(0, frame(HEADERS, 0, 10));
    for (long now = 1; now <= TIME; now++) {
      see(now, frame(CONTINUATION, 0, 10));
    }
    assertThat(watch.isLate(TIME, TIME, IDLE)).isFalse();
    assertThat(watch.isLate(TIME + 1, TIME, IDLE)).isTrue();
    see(TIME + 1, frame(CONTINUATION, END_HEADERS, 1), first(1, frame(PING, 0, 8)));
    assertThat(watch.isLate(TIME + 2, TIME, IDLE)).as("the next has its own").isFalse();
  }

  @Test
  void a_preface_that_drips_in_is_late() {
    var fresh = watch();
    assertThat(fresh.isLate(Long.MAX_VALUE, TIME, IDLE)).as("nothing has come").isFalse();
    ByteBuf preface = preface();
    for (long now = 1; now <= TIME; now++) {
      fresh.see(first(1, preface), now);
    }
    assertThat(fresh.isLate(TIME + 2, TIME, IDLE)).isTrue();
  }

  @Test
  void a_half_read_body_is_late_by_its_own_pace_alone() {
    see(0, first(HEAD_BYTES + 3, frame(DATA, 0, 8)));
    assertThat(watch.isLate(IDLE, TIME, IDLE)).isFalse();
    assertThat(bodies).containsEntry(1, 3);
  }

  @Test
  void while_we_do_not_read_nobody_is_late() {
    see(0, first(1, frame(PING, 0, 8)));
    watch.excuse(TIME);
    assertThat(watch.isLate(2 * TIME, TIME, IDLE)).isFalse();
    assertThat(watch.isLate(2 * TIME + 1, TIME, IDLE)).isTrue();
  }

  @Test
  void what_is_held_of_any_frame_is_counted_until_it_is_whole() {
    for (int type : new int[] {PING, PUSH_PROMISE, UNKNOWN, HEADERS}) {
      ByteBuf frame = frame(type, END_HEADERS, 16_000);
      see(0, first(HEAD_BYTES + 9_000, frame));
      assertThat(watch.headBytes()).as("type %s", type).isEqualTo(9_000);
      assertThat(watch.bodyBytes()).isZero();
      see(0, frame);
      assertThat(watch.headBytes()).as("type %s", type).isZero();
    }
  }

  @Test
  void what_is_held_of_a_body_is_counted_apart() {
    ByteBuf frame = frame(DATA, 0, 16_000);
    see(0, first(HEAD_BYTES + 9_000, frame));
    assertThat(watch.bodyBytes()).isEqualTo(9_000);
    assertThat(watch.headBytes()).isZero();
    see(0, frame);
    assertThat(watch.bodyBytes()).isZero();
  }

  @Test
  void a_header_block_is_held_with_all_its_frames() {
    see(0, frame(HEADERS, 0, 10), frame(CONTINUATION, 0, 20), first(12, frame(CONTINUATION, 0, 9)));
    assertThat(watch.headBytes()).isEqualTo(33);
  }
}
