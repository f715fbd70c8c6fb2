package io.tollgate.meter;

import io.tollgate.store.UsageCount;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * How a segment stands in a file, open or closed: a head, then rows, all in words of 8 bytes, the
 * lowest byte first.
 *
 * <p>An open segment is one file of a fixed size that is mapped and used again and again; while its
 * sequence is 0, nothing in it counts. A closed one is as long as its rows, and never changes.
 */
final class Layout {
  static final long MAGIC = 0x31524554_454D4754L;
  static final long VERSION = 1;

  static final int MAGIC_AT = 0;
  static final int VERSION_AT = 8;
  static final int INSTANCE_AT = 16;
  static final int BOOT_AT = 32;
  static final int SEQUENCE_AT = 40;
  static final int MINUTE_AT = 48;
  static final int ROWS_AT = 56;
  static final int USED_MILLIS_AT = 64;
  static final int LOST_AT = 72;

  /** Of a closed segment, over all of it but this word; 0 while it is open. */
  static final int CRC_AT = 80;

  static final int HEAD_BYTES = 128;

  static final int KEY_AT = 0;
  static final int LENGTHS_AT = 16;
  static final int SUBJECT_AT = 24;
  static final int PLAN_AT = 56;
  static final int CHECK_AT = 88;
  static final int COUNTS_AT = 96;
  static final int COUNTS = UsageCount.values().length;
  static final int ROW_BYTES = COUNTS_AT + COUNTS * Long.BYTES;

  /** The longest subject, and the longest plan version. */
  static final int TEXT_MAX = 32;

  /** A plan version's length stands above the subject's. */
  static final int PLAN_LENGTH_SHIFT = 8;

  private static final VarHandle WORD =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Layout() {}

  static int rowAt(int row) {
    return HEAD_BYTES + row * ROW_BYTES;
  }

  static int bytes(int rows) {
    return rowAt(rows);
  }

  static long get(ByteBuffer bytes, int at) {
    return (long) WORD.get(bytes, at);
  }

  static void put(ByteBuffer bytes, int at, long value) {
    WORD.set(bytes, at, value);
  }

  /** Writes a word whole, in its own time. */
  static void putOpaque(ByteBuffer bytes, int at, long value) {
    WORD.setOpaque(bytes, at, value);
  }

  /** Writes a word after all that was written before. */
  static void publish(ByteBuffer bytes, int at, long value) {
    WORD.setRelease(bytes, at, value);
  }

  static UUID instance(ByteBuffer bytes) {
    return new UUID(get(bytes, INSTANCE_AT), get(bytes, INSTANCE_AT + Long.BYTES));
  }

  static void putInstance(ByteBuffer bytes, UUID instance) {
    put(bytes, INSTANCE_AT, instance.getMostSignificantBits());
    put(bytes, INSTANCE_AT + Long.BYTES, instance.getLeastSignificantBits());
  }

  /**
   * Returns the word that shows a row's identity to be whole and of this very segment: where a
   * machine has failed, what was written last may be there and what was before it not.
   */
  static long check(ByteBuffer bytes, int rowAt) {
    long word = mix(get(bytes, BOOT_AT) ^ mix(get(bytes, SEQUENCE_AT)));
    for (int at = rowAt; at < rowAt + CHECK_AT; at += Long.BYTES) {
      word = mix(word ^ get(bytes, at));
    }
    return word;
  }

  private static long mix(long word) {
    long mixed = (word + 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
    return mixed ^ (mixed >>> 31);
  }

  /** Returns the sum of a closed segment, whose bytes are all that the buffer has. */
  static long crc(ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(bytes.duplicate().position(0).limit(CRC_AT));
    crc.update(bytes.duplicate().position(CRC_AT + Long.BYTES));
    // Never 0, which an open segment has.
    return crc.getValue() | 1L << 32;
  }
}
