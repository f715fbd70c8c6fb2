package io.tollgate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** Close frames of our own (RFC 6455, 5.5.1): why a WebSocket ends that neither side has ended. */
public final class CloseFrame {
  /** The gateway stops, or nothing has moved for too long. */
  public static final int GOING_AWAY = 1001;

  /** The key may not go on. */
  public static final int POLICY_VIOLATION = 1008;

  /** Nobody can tell at the moment whether it may. */
  public static final int TRY_AGAIN_LATER = 1013;

  private static final int FIN_AND_CLOSE = 0x88;
  private static final int MASK = 0x80;
  private static final int REASON_MAX = 123;

  private CloseFrame() {}

  /**
   * Makes one of a server.
   *
   * @param reason in ASCII, at most 123 characters
   */
  public static ByteBuf ofServer(ByteBufAllocator allocator, int code, String reason) {
    return begun(allocator, 0, reason).writeShort(code).writeBytes(bytes(reason));
  }

  /** Makes one of a client. Its mask hides nothing: what it covers is ours, and nobody chose it. */
  public static ByteBuf ofClient(ByteBufAllocator allocator, int code, String reason) {
    return begun(allocator, MASK, reason).writeInt(0).writeShort(code).writeBytes(bytes(reason));
  }

  private static ByteBuf begun(ByteBufAllocator allocator, int mask, String reason) {
    if (reason.length() > REASON_MAX) {
      throw new IllegalArgumentException("too long for a control frame: " + reason);
    }
    int length = Short.BYTES + reason.length();
    return allocator.ioBuffer(64).writeByte(FIN_AND_CLOSE).writeByte(mask | length);
  }

  private static byte[] bytes(String reason) {
    return reason.getBytes(StandardCharsets.US_ASCII);
  }
}
