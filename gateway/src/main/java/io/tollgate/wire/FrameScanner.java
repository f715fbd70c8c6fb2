package io.tollgate.wire;

import io.netty.buffer.ByteBuf;

/**
 * Finds where frames begin and end in what one side of a WebSocket sends (RFC 6455, 5), and what is
 * no frame. Payloads are looked at by nobody, and nothing is copied.
 *
 * <p>Confined to the event loop that owns it.
 */
public final class FrameScanner {
  public static final int PROTOCOL_ERROR = 1002;
  public static final int TOO_BIG = 1009;

  private static final int FIN = 0x80;
  private static final int RSV1 = 0x40;
  private static final int RSV_OTHERS = 0x30;
  private static final int OPCODE = 0x0f;
  private static final int MASK = 0x80;
  private static final int LENGTH = 0x7f;

  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PONG = 10;

  private static final int CONTROL_BYTES_MAX = 125;
  private static final int LENGTH_IN_2_BYTES = 126;
  private static final int LENGTH_IN_8_BYTES = 127;
  private static final int MASK_BYTES = 4;

  private final boolean masked;
  private final boolean deflated;
  private final long bytesMax;
  private long remaining;
  private boolean inMessage;
  private boolean closing;
  private int fault;

  /**
   * Makes a scanner.
   *
   * @param masked whether the side masks its frames, as clients must and servers must not
   * @param deflated whether messages may be compressed
   * @param bytesMax the longest payload of a frame
   */
  public FrameScanner(boolean masked, boolean deflated, long bytesMax) {
    this.masked = masked;
    this.deflated = deflated;
    this.bytesMax = bytesMax;
  }

  /**
   * Looks at what has come, and consumes none of it.
   *
   * @param from what has come and has not been passed on
   * @return how many bytes of that may be passed on: up to a frame's head that has not come whole,
   *     or to one that is at fault, or to the end of a Close
   */
  public int scan(ByteBuf from) {
    int start = from.readerIndex();
    int end = from.writerIndex();
    int at = start;
    while (at < end && fault == 0) {
      if (remaining > 0) {
        int count = (int) Math.min(remaining, end - at);
        remaining -= count;
        at += count;
      } else {
        int head = closing ? 0 : readHead(from, at, end - at);
        if (head == 0) {
          break;
        }
        at += head;
      }
    }
    return at - start;
  }

  /** Returns the head's length; 0 if it has not come whole, or is at fault. */
  private int readHead(ByteBuf from, int at, int readable) {
    if (readable < 2) {
      return 0;
    }
    int first = from.getUnsignedByte(at);
    int second = from.getUnsignedByte(at + 1);
    if (!isLegal(first, second)) {
      return fail(PROTOCOL_ERROR);
    }
    int more = lengthBytes(second & LENGTH);
    if (readable < 2 + more) {
      return 0;
    }
    long payload =
        switch (more) {
          case Short.BYTES -> from.getUnsignedShort(at + 2);
          case Long.BYTES -> from.getLong(at + 2);
          default -> second & LENGTH;
        };
    if (!isShortest(payload, more)) {
      return fail(PROTOCOL_ERROR);
    }
    if (payload > bytesMax) {
      return fail(TOO_BIG);
    }
    int whole = 2 + more + (masked ? MASK_BYTES : 0);
    if (readable < whole) {
      return 0;
    }
    begin(first, payload);
    return whole;
  }

  private static int lengthBytes(int length) {
    return switch (length) {
      case LENGTH_IN_2_BYTES -> Short.BYTES;
      case LENGTH_IN_8_BYTES -> Long.BYTES;
      default -> 0;
    };
  }

  private int fail(int code) {
    fault = code;
    return 0;
  }

  /** A length has one spelling, the shortest, and is no negative number. */
  private static boolean isShortest(long payload, int more) {
    return switch (more) {
      case Short.BYTES -> payload >= LENGTH_IN_2_BYTES;
      case Long.BYTES -> payload >>> Short.SIZE != 0 && payload > 0;
      default -> true;
    };
  }

  private boolean isLegal(int first, int second) {
    boolean isMasked = (second & MASK) != 0;
    int opcode = first & OPCODE;
    boolean begins = opcode == TEXT || opcode == BINARY;
    boolean marked = (first & RSV1) != 0;
    if (isMasked != masked || (first & RSV_OTHERS) != 0 || (marked && !(deflated && begins))) {
      return false;
    }
    if (opcode >= CLOSE && opcode <= PONG) {
      int length = second & LENGTH;
      boolean codeIsHalf = opcode == CLOSE && length == 1;
      return (first & FIN) != 0 && length <= CONTROL_BYTES_MAX && !codeIsHalf;
    }
    return inMessage ? opcode == CONTINUATION : begins;
  }

  private void begin(int first, long payload) {
    int opcode = first & OPCODE;
    remaining = payload;
    closing = opcode == CLOSE;
    if (opcode < CLOSE) {
      inMessage = (first & FIN) == 0;
    }
  }

  /** Returns whether a frame of ours may be put behind what was passed on. */
  public boolean isAtBoundary() {
    return remaining == 0;
  }

  /** Returns whether the side has sent its Close whole: no frame may follow. */
  public boolean isClosed() {
    return closing && remaining == 0;
  }

  /** Returns the code by which to close for what is no frame, or 0 if all were frames so far. */
  public int fault() {
    return fault;
  }
}
