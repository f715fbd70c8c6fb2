package io.tollgate.wire;

import static io.tollgate.wire.Heads.written;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadBufferTest {
  @ParameterizedTest
  @ValueSource(
      longs = {0, 1, 9, 10, 99, 100, 101, 65_535, 1L << 32, Long.MAX_VALUE - 1, Long.MAX_VALUE})
  void a_number_is_written_in_decimal_digits(long value) {
    assertThat(written(new HeadBuffer().put("n=").decimal(value).put((byte) '.')))
        .isEqualTo("n=" + value + '.');
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 0xabc, Long.MAX_VALUE, Long.MIN_VALUE, -1, 0x0123456789abcdefL})
  void an_id_is_written_in_16_hexadecimal_digits(long value) {
    assertThat(written(new HeadBuffer().hex(value))).isEqualTo(String.format("%016x", value));
  }

  @Test
  void a_field_is_a_name_a_value_and_a_line_end() {
    assertThat(written(new HeadBuffer().field("a", "b").field("c", "")))
        .isEqualTo("a: b\r\nc: \r\n");
  }

  @Test
  void a_part_of_an_array_is_written() {
    assertThat(written(new HeadBuffer().put(Heads.bytes("abcd"), 1, 3))).isEqualTo("bc");
  }

  @Test
  void it_grows_at_any_length_with_whatever_is_written_next() {
    for (int length = 2020; length <= 2060; length++) {
      String start = "x".repeat(length);
      assertThat(written(new HeadBuffer().put(start).put((byte) 'y'))).isEqualTo(start + 'y');
      assertThat(written(new HeadBuffer().put(start).decimal(Long.MAX_VALUE)))
          .isEqualTo(start + Long.MAX_VALUE);
      assertThat(written(new HeadBuffer().put(start).hex(-1))).isEqualTo(start + "f".repeat(16));
      assertThat(written(new HeadBuffer().put(start).endLine())).isEqualTo(start + "\r\n");
      assertThat(written(new HeadBuffer().put(start).field("a", "b")))
          .isEqualTo(start + "a: b\r\n");
      var copied = new HeadBuffer().put(start);
      copied.copyField(Heads.requestWith("c:d"), 1);
      assertThat(written(copied)).isEqualTo(start + "c: d\r\n");
    }
    String large = "x".repeat(100_000);
    assertThat(written(new HeadBuffer().put(large).put(large))).isEqualTo(large + large);
  }

  @Test
  void what_was_written_is_gone_when_cleared() {
    var out = new HeadBuffer().put("abc");
    assertThat(out.length()).isEqualTo(3);
    assertThat(out.clear().length()).isZero();
    assertThat(written(out.put("d"))).isEqualTo("d");
  }

  @Test
  void a_copy_has_the_room_that_was_asked_for_and_stands_by_itself() {
    var out = new HeadBuffer().put("abc");
    ByteBuf copy = out.toBuffer(UnpooledByteBufAllocator.DEFAULT, 100);
    out.clear().put("xyz");
    assertThat(copy.writableBytes()).isGreaterThanOrEqualTo(100);
    assertThat(copy.toString(StandardCharsets.US_ASCII)).isEqualTo("abc");
    copy.release();
  }
}
