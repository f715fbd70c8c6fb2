package io.tollgate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;

/**
 * Where heads are written before they go out in one piece. A scratch pad, confined to the event
 * loop that owns it.
 *
 * <p>Texts that are put in must be ASCII and free of line ends: they come from configuration and
 * from what was checked when it was read.
 */
public final class HeadBuffer {
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };
  private static final int BYTES_INITIAL = 2048;
  private static final int DECIMAL_DIGITS_MAX = 20;

  private byte[] bytes = new byte[BYTES_INITIAL];
  private int length;

  public HeadBuffer clear() {
    length = 0;
    return this;
  }

  public int length() {
    return length;
  }

  /** Returns the array that holds what was written, from its start on. */
  public byte[] bytes() {
    return bytes;
  }

  public HeadBuffer put(byte b) {
    reserve(1);
    bytes[length++] = b;
    return this;
  }

  public HeadBuffer put(HeadBuffer other) {
    return put(other.bytes, 0, other.length);
  }

  public HeadBuffer put(byte[] from, int start, int end) {
    reserve(end - start);
    System.arraycopy(from, start, bytes, length, end - start);
    length += end - start;
    return this;
  }

  @SuppressWarnings("deprecation") // The one way to copy ASCII without going through a charset.
  public HeadBuffer put(String text) {
    int count = text.length();
    reserve(count);
    text.getBytes(0, count, bytes, length);
    length += count;
    return this;
  }

  /** Writes a non-negative number. */
  public HeadBuffer decimal(long value) {
    reserve(DECIMAL_DIGITS_MAX);
    int digits = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      digits++;
    }
    long rest = value;
    for (int at = length + digits - 1; at >= length; at--) {
      bytes[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
    return this;
  }

  /** Writes 16 hexadecimal digits. */
  public HeadBuffer hex(long value) {
    reserve(Long.BYTES * 2);
    for (int shift = Long.SIZE - 4; shift >= 0; shift -= 4) {
      bytes[length++] = HEX[(int) (value >>> shift) & 0xf];
    }
    return this;
  }

  public HeadBuffer endLine() {
    reserve(2);
    bytes[length++] = Octets.CR;
    bytes[length++] = Octets.LF;
    return this;
  }

  /** Writes a whole field. */
  public HeadBuffer field(String name, String value) {
    return put(name).put(": ").put(value).endLine();
  }

  /** Copies a field of a head, with the one spelling of the white space around its value. */
  void copyField(Head from, int index) {
    put(from.bytes(), from.nameStart(index), from.nameEnd(index));
    reserve(2);
    bytes[length++] = ':';
    bytes[length++] = Octets.SP;
    put(from.bytes(), from.valueStart(index), from.valueEnd(index));
    endLine();
  }

  /** Copies what was written into a buffer with room for {@code spare} bytes more. */
  public ByteBuf toBuffer(ByteBufAllocator allocator, int spare) {
    return allocator.ioBuffer(length + spare).writeBytes(bytes, 0, length);
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }
}
