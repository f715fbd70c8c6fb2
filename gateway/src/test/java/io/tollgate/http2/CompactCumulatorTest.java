package io.tollgate.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

/** A frame that has not come whole holds as much memory as it has bytes, not as a read had. */
class CompactCumulatorTest {
  private static final int READ_BYTES = 64 * 1024;

  private static ByteBuf cumulate(ByteBuf kept, ByteBuf come) {
    return CompactCumulator.INSTANCE.cumulate(UnpooledByteBufAllocator.DEFAULT, kept, come);
  }

  @Test
  void a_last_byte_does_not_keep_all_of_a_read() {
    ByteBuf kept = Unpooled.buffer(READ_BYTES).writeZero(READ_BYTES - 1).writeByte(7);
    kept.skipBytes(READ_BYTES - 1);
    assertThat(CompactCumulator.isLoose(kept)).isTrue();
    ByteBuf moved = cumulate(kept, Unpooled.EMPTY_BUFFER);
    assertThat(kept.refCnt()).isZero();
    assertThat(moved.capacity()).isLessThan(READ_BYTES / 16);
    assertThat(moved.readByte()).isEqualTo((byte) 7);
    assertThat(moved.release()).isTrue();
  }

  @Test
  void what_comes_is_put_behind_what_is_kept() {
    ByteBuf kept = cumulate(Unpooled.EMPTY_BUFFER, Unpooled.buffer().writeShort(0x0102));
    ByteBuf all = cumulate(kept, Unpooled.buffer().writeByte(3));
    assertThat(all.readMedium()).isEqualTo(0x010203);
    assertThat(all.release()).isTrue();
  }

  @Test
  void nothing_is_moved_that_needs_its_memory() {
    ByteBuf full = Unpooled.buffer(READ_BYTES).writeZero(READ_BYTES);
    assertThat(CompactCumulator.isLoose(full)).isFalse();
    assertThat(CompactCumulator.isLoose(Unpooled.EMPTY_BUFFER)).isFalse();
    assertThat(full.release()).isTrue();
  }
}
