package io.tollgate.meter;

import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A segment that is counted in: a mapped file, whose bytes the kernel keeps when the process is
 * killed.
 *
 * <p>It belongs to one event loop from its first row on, and to the meter's thread before and after
 * that; whoever hands it over does so by a queue, which tells the other of all that was written.
 */
final class OpenSegment {
  private static final int FILL_BYTES = 64 * 1024;

  private final MappedByteBuffer mapped;

  /** The same bytes, of the type that words are read from without a cast. */
  private final ByteBuffer bytes;

  private final int capacity;
  private int rows;

  private OpenSegment(MappedByteBuffer mapped, int capacity) {
    this.mapped = mapped;
    this.capacity = capacity;
    bytes = mapped;
  }

  /** Makes an empty one, in a file of its own that takes all its room from the disk at once. */
  static OpenSegment create(Path file, UUID instance, long boot, int capacity) throws IOException {
    int size = Layout.bytes(capacity);
    try (var channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      // Room that was never written may be missing when it is: a mapped write has no way to fail.
      var nothing = ByteBuffer.allocate(FILL_BYTES);
      for (int written = 0; written < size; ) {
        nothing.clear().limit(Math.min(FILL_BYTES, size - written));
        written += channel.write(nothing);
      }
      var segment =
          new OpenSegment(channel.map(FileChannel.MapMode.READ_WRITE, 0, size).load(), capacity);
      ByteBuffer head = segment.bytes;
      Layout.put(head, Layout.VERSION_AT, Layout.VERSION);
      Layout.putInstance(head, instance);
      Layout.put(head, Layout.BOOT_AT, boot);
      Layout.publish(head, Layout.MAGIC_AT, Layout.MAGIC);
      return segment;
    }
  }

  /** Begins it; it counts once it has a number. */
  void begin(long minute, long lost) {
    Layout.put(bytes, Layout.MINUTE_AT, minute);
    Layout.put(bytes, Layout.LOST_AT, lost);
  }

  void number(long sequence) {
    Layout.publish(bytes, Layout.SEQUENCE_AT, sequence);
  }

  long minute() {
    return Layout.get(bytes, Layout.MINUTE_AT);
  }

  long sequence() {
    return Layout.get(bytes, Layout.SEQUENCE_AT);
  }

  int rows() {
    return rows;
  }

  boolean isFull() {
    return rows == capacity;
  }

  /** Adds a row of nothing, and returns its number. */
  int addRow(KeyId key, Subject subject, String plan) {
    int row = rows;
    int at = Layout.rowAt(row);
    Layout.put(bytes, at + Layout.KEY_AT, key.high());
    Layout.put(bytes, at + Layout.KEY_AT + Long.BYTES, key.low());
    String id = subject.id();
    Layout.put(
        bytes,
        at + Layout.LENGTHS_AT,
        id.length() | (long) plan.length() << Layout.PLAN_LENGTH_SHIFT);
    putText(at + Layout.SUBJECT_AT, id);
    putText(at + Layout.PLAN_AT, plan);
    Layout.put(bytes, at + Layout.CHECK_AT, Layout.check(bytes, at));
    rows = row + 1;
    Layout.publish(bytes, Layout.ROWS_AT, rows);
    return row;
  }

  private void putText(int at, String text) {
    for (int i = 0; i < text.length(); i++) {
      bytes.put(at + i, (byte) text.charAt(i));
    }
  }

  /** Adds to a row: it is counted when this returns. */
  void add(int row, int count, long units) {
    int at = Layout.rowAt(row) + Layout.COUNTS_AT + count * Long.BYTES;
    Layout.putOpaque(bytes, at, Layout.get(bytes, at) + units);
  }

  /** Returns its bytes, for the meter's thread to read. */
  ByteBuffer bytes() {
    return bytes;
  }

  /** Makes it empty again: at once, and then row by row. */
  void reset() {
    Layout.publish(bytes, Layout.SEQUENCE_AT, 0);
    Layout.publish(bytes, Layout.ROWS_AT, 0);
    int end = Layout.rowAt(rows);
    for (int at = Layout.HEAD_BYTES; at < end; at += Long.BYTES) {
      Layout.put(bytes, at, 0);
    }
    rows = 0;
  }

  /** Has the kernel write it to the disk; to be called on any thread. */
  void force() {
    mapped.force();
  }
}
