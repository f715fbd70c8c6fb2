package io.tollgate.meter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The closed segments that wait for the ledger, the oldest first. Confined to the meter's thread,
 * but for its sizes.
 */
final class Spool {
  private final MeterDirectory directory;
  private final NavigableMap<Path, Waiting> waiting = new TreeMap<>();
  private final long bytesMax;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong segments = new AtomicLong();
  private final AtomicLong oldestMillis = new AtomicLong();

  /** A file that waits, and since when. */
  record Waiting(Path file, long bytes, long sinceMillis) {}

  /** Takes what earlier processes have left. */
  Spool(MeterDirectory directory, long bytesMax) throws IOException {
    this.directory = directory;
    this.bytesMax = bytesMax;
    for (Path file : directory.closed()) {
      add(file, Files.size(file), Files.getLastModifiedTime(file).toMillis());
    }
  }

  boolean hasRoomFor(ByteBuffer closed) {
    return bytes.get() + closed.capacity() <= bytesMax;
  }

  void add(ByteBuffer closed) throws IOException {
    add(directory.writeClosed(closed), closed.capacity(), System.currentTimeMillis());
  }

  private void add(Path file, long size, long sinceMillis) {
    waiting.put(file, new Waiting(file, size, sinceMillis));
    bytes.addAndGet(size);
    tell();
  }

  /** Returns up to so many of those that wait, up to about so many bytes of them. */
  List<Waiting> oldest(int most, long bytesOfAll) {
    List<Waiting> oldest = new ArrayList<>();
    long sum = 0;
    for (Waiting next : waiting.values()) {
      sum += next.bytes();
      if (oldest.size() == most || (sum > bytesOfAll && !oldest.isEmpty())) {
        break;
      }
      oldest.add(next);
    }
    return oldest;
  }

  void delete(Waiting done) throws IOException {
    Files.deleteIfExists(done.file());
    forget(done);
  }

  void setAside(Waiting unreadable) throws IOException {
    directory.setAside(unreadable.file());
    forget(unreadable);
  }

  private void forget(Waiting done) {
    if (waiting.remove(done.file()) != null) {
      bytes.addAndGet(-done.bytes());
      tell();
    }
  }

  private void tell() {
    segments.set(waiting.size());
    oldestMillis.set(waiting.isEmpty() ? 0 : waiting.firstEntry().getValue().sinceMillis());
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Returns whether all that waits is of this process. */
  boolean isOfThisBoot() {
    return waiting.isEmpty() || waiting.firstKey().getFileName().toString().startsWith(bootText());
  }

  private String bootText() {
    return "%016d-".formatted(directory.boot());
  }

  /** Returns how many bytes wait; safe for all threads, as are the following. */
  long bytes() {
    return bytes.get();
  }

  long segments() {
    return segments.get();
  }

  double oldestSeconds() {
    long since = oldestMillis.get();
    return since == 0 ? 0 : Math.max(0, System.currentTimeMillis() - since) / 1e3;
  }
}
