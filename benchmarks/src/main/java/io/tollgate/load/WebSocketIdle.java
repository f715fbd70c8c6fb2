package io.tollgate.load;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What connections by WebSocket that say nothing cost the process they go through; prints a table.
 * Each has echoed a text before, and must still do so at the end: one that fails, and there are no
 * figures.
 */
public final class WebSocketIdle {
  /** Opened and closed before the first reading, so that it finds all classes loaded. */
  private static final int WARM_UP = 200;

  /** What it may open for itself meanwhile: connections to stores, and to an upstream. */
  private static final int FILES_BESIDE = 20;

  private static final long CLOSE_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final long pid;
  private final ProcessUsage usage;
  private final int connections;

  private WebSocketIdle(long pid, int connections) {
    this.pid = pid;
    usage = new ProcessUsage(pid);
    this.connections = connections;
  }

  /** Takes the port, the process, the file of keys, how many connections, and for how long. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    KeyFile keys = KeyFile.read(Path.of(arguments[2]));
    var idle = new WebSocketIdle(Long.parseLong(arguments[1]), Integer.parseInt(arguments[3]));
    Duration time = Duration.ofSeconds(Long.parseLong(arguments[4]));
    try (var sockets = new WebSockets(Integer.parseInt(arguments[0]), keys)) {
      idle.run(sockets, time);
    }
    System.exit(0);
  }

  private void run(WebSockets sockets, Duration time) throws InterruptedException {
    int files = usage.openFiles();
    sockets.open(WARM_UP);
    close(sockets, files);
    JvmMemory before = JvmMemory.of(pid);
    sockets.open(connections);
    sockets.idle(time);
    long asItIs = usage.residentBytes();
    JvmMemory with = JvmMemory.of(pid);
    sockets.echo();
    close(sockets, files);
    JvmMemory after = JvmMemory.of(pid);
    System.out.println(
        "| MB | before | with " + connections + " | more | bytes each | closed again |");
    System.out.println("|---|---|---|---|---|---|");
    row("resident, before it is collected", before.residentBytes(), asItIs, null);
    row("resident", before.residentBytes(), with.residentBytes(), after.residentBytes());
    row("heap", before.heapBytes(), with.heapBytes(), after.heapBytes());
    row("direct", before.directBytes(), with.directBytes(), after.directBytes());
  }

  /** Closes all, and waits until the process has closed its ends, too. */
  private void close(WebSockets sockets, int filesBefore) {
    sockets.closeAll();
    long startNanos = System.nanoTime();
    while (usage.openFiles() > filesBefore + FILES_BESIDE) {
      if (System.nanoTime() - startNanos > CLOSE_NANOS_MAX) {
        throw new IllegalStateException("connections that clients have closed are still open");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void row(String what, long before, long with, @Nullable Long after) {
    long more = with - before;
    System.out.printf(
        Locale.ROOT,
        "| %s | %.1f | %.1f | %.1f | %,d | %s |%n",
        what,
        before / 1e6,
        with / 1e6,
        more / 1e6,
        more / connections,
        after == null ? "" : String.format(Locale.ROOT, "%.1f", after / 1e6));
  }
}
