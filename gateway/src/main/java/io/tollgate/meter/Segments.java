package io.tollgate.meter;

import io.tollgate.key.KeyId;
import io.tollgate.store.UsageBatch;
import io.tollgate.store.UsageRow;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads segments, and closes those that are open. */
final class Segments {
  private static final long MILLIS_PER_MINUTE = 60_000;

  private Segments() {}

  /** Returns whether these are the bytes of a segment of ours, open or closed. */
  static boolean isSegment(ByteBuffer bytes) {
    return bytes.capacity() >= Layout.HEAD_BYTES
        && Layout.get(bytes, Layout.MAGIC_AT) == Layout.MAGIC
        && Layout.get(bytes, Layout.VERSION_AT) == Layout.VERSION
        && Layout.get(bytes, Layout.BOOT_AT) > 0
        && Layout.get(bytes, Layout.SEQUENCE_AT) >= 0
        && Layout.get(bytes, Layout.MINUTE_AT) >= 0
        && Layout.get(bytes, Layout.LOST_AT) >= 0
        && Layout.get(bytes, Layout.ROWS_AT) >= 0
        && Layout.get(bytes, Layout.ROWS_AT)
            <= (bytes.capacity() - Layout.HEAD_BYTES) / Layout.ROW_BYTES;
  }

  /** Returns whether an open segment has begun, so that its number is taken. */
  static boolean isBegun(ByteBuffer open) {
    return Layout.get(open, Layout.SEQUENCE_AT) > 0;
  }

  /**
   * Returns an open segment as it is to stand in a file of its own. A row that is not whole is left
   * out: nothing had been counted in it.
   *
   * @param nowMillis by the clock that its minute is of
   */
  static ByteBuffer closed(ByteBuffer open, long nowMillis) {
    int rows = (int) Layout.get(open, Layout.ROWS_AT);
    ByteBuffer closed = ByteBuffer.allocateDirect(Layout.bytes(rows));
    closed.put(0, open, 0, Layout.HEAD_BYTES);
    int kept = 0;
    for (int row = 0; row < rows; row++) {
      if (isWhole(open, Layout.rowAt(row))) {
        closed.put(Layout.rowAt(kept), open, Layout.rowAt(row), Layout.ROW_BYTES);
        kept++;
      }
    }
    ByteBuffer whole = closed.limit(Layout.bytes(kept)).slice();
    long minuteEnd = (Layout.get(open, Layout.MINUTE_AT) + 1) * MILLIS_PER_MINUTE - 1;
    Layout.put(whole, Layout.ROWS_AT, kept);
    Layout.put(whole, Layout.USED_MILLIS_AT, Math.min(nowMillis, minuteEnd));
    Layout.put(whole, Layout.CRC_AT, Layout.crc(whole));
    return whole;
  }

  private static boolean isWhole(ByteBuffer bytes, int at) {
    if (Layout.get(bytes, at + Layout.CHECK_AT) != Layout.check(bytes, at)) {
      return false;
    }
    for (int count = 0; count < Layout.COUNTS; count++) {
      if (Layout.get(bytes, at + Layout.COUNTS_AT + count * Long.BYTES) < 0) {
        return false;
      }
    }
    return subjectLength(bytes, at) <= Layout.TEXT_MAX && planLength(bytes, at) <= Layout.TEXT_MAX;
  }

  private static long subjectLength(ByteBuffer bytes, int at) {
    return Layout.get(bytes, at + Layout.LENGTHS_AT) & 0xFF;
  }

  private static long planLength(ByteBuffer bytes, int at) {
    return Layout.get(bytes, at + Layout.LENGTHS_AT) >>> Layout.PLAN_LENGTH_SHIFT;
  }

  /** Returns what a closed segment has counted, or null if these bytes are none. */
  static @Nullable UsageBatch read(ByteBuffer closed) {
    if (!isSegment(closed)
        || !isBegun(closed)
        || closed.capacity() != Layout.bytes((int) Layout.get(closed, Layout.ROWS_AT))
        || Layout.get(closed, Layout.CRC_AT) != Layout.crc(closed)) {
      return null;
    }
    List<UsageRow> rows = new ArrayList<>();
    for (int row = 0; row < Layout.get(closed, Layout.ROWS_AT); row++) {
      rows.add(row(closed, Layout.rowAt(row)));
    }
    return new UsageBatch(
        Layout.instance(closed),
        Layout.get(closed, Layout.BOOT_AT),
        Layout.get(closed, Layout.SEQUENCE_AT),
        Layout.get(closed, Layout.MINUTE_AT),
        Layout.get(closed, Layout.USED_MILLIS_AT),
        Layout.get(closed, Layout.LOST_AT),
        rows);
  }

  private static UsageRow row(ByteBuffer bytes, int at) {
    long[] counts = new long[Layout.COUNTS];
    for (int count = 0; count < counts.length; count++) {
      counts[count] = Layout.get(bytes, at + Layout.COUNTS_AT + count * Long.BYTES);
    }
    return new UsageRow(
        new KeyId(
            Layout.get(bytes, at + Layout.KEY_AT),
            Layout.get(bytes, at + Layout.KEY_AT + Long.BYTES)),
        text(bytes, at + Layout.SUBJECT_AT, (int) subjectLength(bytes, at)),
        text(bytes, at + Layout.PLAN_AT, (int) planLength(bytes, at)),
        counts);
  }

  private static String text(ByteBuffer bytes, int at, int length) {
    byte[] text = new byte[length];
    bytes.get(at, text);
    return new String(text, StandardCharsets.US_ASCII);
  }
}
