package io.tollgate.edge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a line of JSON per request to a file, on a thread of its own: an event loop never waits
 * for a disk. What can't be written in time is dropped and counted.
 *
 * <p>Where the file is moved away, as log rotation does, a new one is begun within a second. {@link
 * #write} is safe for all threads.
 */
final class AccessLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
  private static final int QUEUE_MAX = 16 * 1024;

  /** So many lines are written at once, and lost at once where the disk refuses them. */
  private static final int BATCH_MAX = 512;

  private static final long CLOSE_MILLIS = 2_000;

  /** No request's: it wakes the thread at the end. */
  private static final AccessEntry END =
      new AccessEntry(0, 0, 0, "", "", "", "", 0, "", 0, null, "");

  private final Path file;
  private final Counter dropped;
  private final ArrayBlockingQueue<AccessEntry> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final Thread thread;
  private volatile boolean closed;
  private @Nullable OutputStream writer;
  private boolean failing;

  private AccessLog(Path file, OutputStream writer, MeterRegistry metrics) {
    this.file = file;
    this.writer = writer;
    dropped =
        Counter.builder("tollgate.access.log.dropped")
            .description(
                "Requests that are missing in the access log: the disk was too slow, or refused")
            .register(metrics);
    thread = new Thread(this::run, "access-log");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Opens the log, or none.
   *
   * @throws IllegalStateException naming the setting, if the file can't be written
   */
  static @Nullable AccessLog open(@Nullable Path file, MeterRegistry metrics) {
    if (file == null) {
      return null;
    }
    try {
      return new AccessLog(file, writer(file), metrics);
    } catch (IOException e) {
      throw new IllegalStateException("edge.access-log: " + file + " can't be written: " + e, e);
    }
  }

  /** Without a buffer, which would hold lines that were given up, and write them later. */
  private static OutputStream writer(Path file) throws IOException {
    return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  void write(AccessEntry entry) {
    if (!queue.offer(entry)) {
      dropped.increment();
    }
  }

  private void run() {
    List<AccessEntry> batch = new ArrayList<>();
    while (!closed || !queue.isEmpty()) {
      try {
        AccessEntry first = queue.poll(1, TimeUnit.SECONDS);
        if (first != null) {
          batch.add(first);
          queue.drainTo(batch, BATCH_MAX - 1);
          batch.remove(END);
        }
        OutputStream to = reopenedIfMoved();
        if (!batch.isEmpty()) {
          to.write(lines(batch));
          tell(null);
        }
      } catch (IOException e) {
        dropped.increment(batch.size());
        tell(e);
      } catch (InterruptedException e) {
        // Only the end of the process interrupts; what is queued is still written.
        closed = true;
      }
      batch.clear();
    }
    try {
      closeWriter();
    } catch (IOException e) {
      LOG.warn("{} can't be closed: {}", file, e.toString());
    }
  }

  /** Tells of the first failure of a row, and of its end. */
  private void tell(@Nullable IOException fault) {
    if (fault != null && !failing) {
      LOG.warn(
          "{} can't be written, its lines are dropped and counted until it can: {}",
          file,
          fault.toString());
    } else if (fault == null && failing) {
      LOG.info("{} is written again", file);
    }
    failing = fault != null;
  }

  private static byte[] lines(List<AccessEntry> batch) {
    var lines = new StringBuilder();
    for (AccessEntry entry : batch) {
      lines.append(entry.toJson()).append('\n');
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  private OutputStream reopenedIfMoved() throws IOException {
    if (!Files.exists(file)) {
      closeWriter();
    }
    OutputStream known = writer;
    if (known == null) {
      known = writer(file);
      writer = known;
    }
    return known;
  }

  private void closeWriter() throws IOException {
    OutputStream last = writer;
    // If the next can't be opened, this one is not written to again.
    writer = null;
    if (last != null) {
      last.close();
    }
  }

  /** Writes what is queued, for a moment at most. */
  @Override
  public void close() {
    closed = true;
    // Where there is no room for it, the thread has work and looks by itself.
    queue.offer(END);
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
