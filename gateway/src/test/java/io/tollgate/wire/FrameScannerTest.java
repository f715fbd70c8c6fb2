package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames are written in hexadecimal; those of clients are masked by zeros. */
class FrameScannerTest {
  private static final int BYTES_MAX = 70_000;
  private static final String ZEROS = "00000000";

  private static FrameScanner ofClient() {
    return new FrameScanner(true, false, BYTES_MAX);
  }

  private static FrameScanner ofServer(boolean deflated) {
    return new FrameScanner(false, deflated, BYTES_MAX);
  }

  private static ByteBuf bytes(String hex) {
    return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  private static int scan(FrameScanner frames, String hex) {
    ByteBuf from = bytes(hex);
    try {
      return frames.scan(from);
    } finally {
      from.release();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8182 00000000 6869",
        "8280 00000000",
        "8980 00000000",
        "8a81 00000000 ff",
        "8882 00000000 03e8",
        "8880 00000000",
        "0181 00000000 61 8980 00000000 0081 00000000 62 8081 00000000 63",
      })
  void frames_of_each_kind_pass_whole(String hex) {
    FrameScanner frames = ofClient();
    assertThat(scan(frames, hex)).isEqualTo(bytes(hex).readableBytes());
    assertThat(frames.fault()).isZero();
    assertThat(frames.isAtBoundary()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    // Not masked, of a client.
    "8102 6869",
    // Reserved bits and opcodes.
    "9182 00000000 6869",
    "a182 00000000 6869",
    "c182 00000000 6869",
    "8382 00000000 6869",
    "8b80 00000000",
    "8f80 00000000",
    // Control frames in pieces, or too long, or with half a code.
    "0980 00000000",
    "89fe 007e 00000000",
    "8881 00000000 03",
    // A message that goes on without having begun.
    "8081 00000000 61",
    // One that begins within another.
    "0181 00000000 61 8181 00000000 62",
    // Lengths in more bytes than they need, and one below zero.
    "81fe 007d 00000000",
    "81ff 000000000000ffff 00000000",
    "81ff 8000000000000001 00000000",
  })
  void what_is_no_frame_is_a_protocol_error(String hex) {
    FrameScanner frames = ofClient();
    scan(frames, hex);
    assertThat(frames.fault()).isEqualTo(FrameScanner.PROTOCOL_ERROR);
    assertThat(frames.isAtBoundary()).isTrue();
  }

  @Test
  void what_precedes_a_fault_passes_and_nothing_behind_it() {
    FrameScanner frames = ofClient();
    assertThat(scan(frames, "8181 00000000 61 8101 62 8181 00000000 63")).isEqualTo(7);
    assertThat(scan(frames, "8181 00000000 63")).isZero();
  }

  @Test
  void a_server_masks_nothing() {
    assertThat(scan(ofServer(false), "8102 6869")).isEqualTo(4);
    FrameScanner masking = ofServer(false);
    assertThat(scan(masking, "8182 00000000 6869")).isZero();
    assertThat(masking.fault()).isEqualTo(FrameScanner.PROTOCOL_ERROR);
  }

  @ParameterizedTest
  @CsvSource({
    "81ff 0000000000011170,0",
    "81ff 0000000000011171,1009",
    "81ff 7fffffffffffffff,1009"
  })
  void a_frame_may_be_as_long_as_is_said_and_no_longer(String hex, int fault) {
    FrameScanner frames = ofClient();
    scan(frames, hex + ZEROS);
    assertThat(frames.fault()).isEqualTo(fault);
  }

  @Test
  void a_head_that_has_not_come_whole_waits() {
    String whole = "81ff 0000000000010000" + ZEROS;
    int length = bytes(whole).readableBytes();
    for (int cut = 0; cut < length; cut++) {
      FrameScanner frames = ofClient();
      ByteBuf from = bytes(whole);
      from.writerIndex(cut);
      assertThat(frames.scan(from)).isZero();
      assertThat(frames.fault()).isZero();
      assertThat(frames.isAtBoundary()).isTrue();
      from.writerIndex(length);
      assertThat(frames.scan(from)).isEqualTo(length);
      assertThat(frames.isAtBoundary()).isFalse();
      from.release();
    }
  }

  @Test
  void a_payload_may_come_in_pieces_and_the_boundary_is_known() {
    FrameScanner frames = ofClient();
    assertThat(scan(frames, "8183 00000000 61")).isEqualTo(7);
    assertThat(frames.isAtBoundary()).isFalse();
    assertThat(scan(frames, "62")).isOne();
    assertThat(frames.isAtBoundary()).isFalse();
    assertThat(scan(frames, "63 8980")).isOne();
    assertThat(frames.isAtBoundary()).isTrue();
  }

  @Test
  void compressed_messages_pass_where_that_was_agreed_and_nothing_else_is_marked_so() {
    assertThat(scan(ofServer(true), "4101 61 8001 62")).isEqualTo(6);
    for (String hex : new String[] {"4101 61 c001 62", "c900", "a101 61"}) {
      FrameScanner frames = ofServer(true);
      scan(frames, hex);
      assertThat(frames.fault()).isEqualTo(FrameScanner.PROTOCOL_ERROR);
    }
  }

  @Test
  void nothing_passes_behind_a_close() {
    FrameScanner frames = ofClient();
    assertThat(scan(frames, "8882 00000000 03e8 8181 00000000 61")).isEqualTo(8);
    assertThat(frames.isClosed()).isTrue();
    assertThat(scan(frames, "8181 00000000 61")).isZero();
    assertThat(frames.fault()).isZero();
  }

  @Test
  void a_close_of_ours_is_a_frame() {
    ByteBuf toClient = CloseFrame.ofServer(Unpooled.buffer().alloc(), 1008, "key-invalid");
    FrameScanner server = ofServer(false);
    assertThat(server.scan(toClient)).isEqualTo(toClient.readableBytes());
    assertThat(server.isClosed()).isTrue();
    ByteBuf toServer = CloseFrame.ofClient(Unpooled.buffer().alloc(), 1008, "key-invalid");
    FrameScanner client = ofClient();
    assertThat(client.scan(toServer)).isEqualTo(toServer.readableBytes());
    assertThat(client.isClosed()).isTrue();
    toClient.release();
    toServer.release();
  }
}
