package io.tollgate.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

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

  /** Returns by thread of these processes what it has waited so far, in nanoseconds. */
  static Map<Path, Long> waited(List<Long> processes) {
    Map<Path, Long> waited = new HashMap<>();
    processes.forEach(process -> waited.putAll(ProcessThreads.read(process, RunQueues::nanos)));
    return waited;
  }

  private static OptionalLong nanos(Path thread) throws IOException {
    String name = Files.readString(thread.resolve("comm"));
    if (SERVING.stream().noneMatch(name::startsWith)) {
      return OptionalLong.empty();
    }
    String told = Files.readString(thread.resolve("schedstat"));
    return OptionalLong.of(Long.parseLong(told.strip().split(" ", -1)[WAITED]));
  }

  /** Returns the most that one thread has waited between two readings. */
  static long mostNanos(Map<Path, Long> before, Map<Path, Long> after) {
    return after.entrySet().stream()
        .filter(thread -> before.containsKey(thread.getKey()))
        .mapToLong(thread -> thread.getValue() - before.getOrDefault(thread.getKey(), 0L))
        .max()
        .orElse(0);
  }
}
