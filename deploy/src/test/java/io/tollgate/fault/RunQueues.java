package io.tollgate.fault;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How long the threads that serve have waited for a processor, as the kernel tells; nothing where
 * it does not.
 */
final class RunQueues {
  /** In {@code schedstat}: time on a processor, time waited for one, and how often. */
  private static final int WAITED = 1;

  /** Event loops, and who carries the clients' threads; as short as the kernel cuts their names. */
  private static final List<String> SERVING = List.of("vert.x-eventloo", "ForkJoinPool");

  private RunQueues() {}

  /** Returns by thread of a process what it has waited so far, in nanoseconds. */
  static Map<String, Long> waited(List<Long> processes) {
    Map<String, Long> waited = new HashMap<>();
    for (long process : processes) {
      Path tasks = Path.of("/proc", Long.toString(process), "task");
      try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
        for (Path thread : threads) {
          String name = Files.readString(thread.resolve("comm"));
          if (SERVING.stream().noneMatch(name::startsWith)) {
            continue;
          }
          String told = Files.readString(thread.resolve("schedstat"));
          waited.put(thread.toString(), Long.parseLong(told.strip().split(" ", -1)[WAITED]));
        }
      } catch (IOException e) {
        // The process or the thread has ended.
      }
    }
    return waited;
  }

  /** Returns the most that one thread has waited between two readings. */
  static long mostNanos(Map<String, Long> before, Map<String, Long> after) {
    return after.entrySet().stream()
        .filter(thread -> before.containsKey(thread.getKey()))
        .mapToLong(thread -> thread.getValue() - before.getOrDefault(thread.getKey(), 0L))
        .max()
        .orElse(0);
  }
}
