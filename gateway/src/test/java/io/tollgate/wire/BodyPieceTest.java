package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A piece that waits holds what it is worth, and not all that was read with it. */
class BodyPieceTest {
  private static final int READ_BYTES = 64 * 1024;

  private static ByteBuf read() {
    ByteBuf read = PooledByteBufAllocator.DEFAULT.directBuffer(READ_BYTES);
    return read.writeBytes(
        "0123456789abcdef".repeat(READ_BYTES / 16).getBytes(StandardCharsets.US_ASCII));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, READ_BYTES / 8 - 1})
  void a_small_piece_outlives_its_read_in_memory_of_its_own(int bytes) {
    ByteBuf read = read();
    ByteBuf kept = BodyPiece.kept(read.skipBytes(16).readSlice(bytes));
    assertThat(read.release()).as("nobody else holds the read").isTrue();
    assertThat(kept.readableBytes()).isEqualTo(bytes);
    assertThat(kept.capacity()).isLessThanOrEqualTo(2 * bytes);
    assertThat(kept.toString(StandardCharsets.US_ASCII)).startsWith("0");
    assertThat(kept.release()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {READ_BYTES / 8, READ_BYTES})
  void a_large_one_is_not_copied(int bytes) {
    ByteBuf read = read();
    ByteBuf kept = BodyPiece.kept(read.readSlice(bytes));
    assertThat(read.refCnt()).isEqualTo(2);
    assertThat(kept.readableBytes()).isEqualTo(bytes);
    kept.release();
    assertThat(read.release()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, READ_BYTES})
  void the_piece_itself_stays_as_it_was(int bytes) {
    ByteBuf read = read();
    ByteBuf piece = read.readSlice(bytes);
    BodyPiece.kept(piece).release();
    assertThat(piece.readableBytes()).isEqualTo(bytes);
    assertThat(read.release()).isTrue();
  }
}
