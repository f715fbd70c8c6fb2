package io.tollgate.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** How often the threads of a process have waited and gone on, but for those that compile. */
final class WakeUps {
  private static final Pattern COMPILER = Pattern.compile("^Name:\\s+C[12] Comp");
  private static final String WAITED = "voluntary_ctxt_switches:";

  private WakeUps() {}

  /** Returns by thread how often it has been so far. */
  static Map<Path, Long> ofThreads(long process) {
    return ProcessThreads.read(process, WakeUps::count);
  }

  private static OptionalLong count(Path thread) throws IOException {
    List<String> status = Files.readAllLines(thread.resolve("status"));
    if (COMPILER.matcher(status.getFirst()).find()) {
      return OptionalLong.empty();
    }
    return status.stream()
        .filter(line -> line.startsWith(WAITED))
        .mapToLong(line -> Long.parseLong(line.substring(WAITED.length()).strip()))
        .findFirst();
  }

  /** Returns how often all of those have been that are there at the end. */
  static long between(Map<Path, Long> before, Map<Path, Long> after) {
    return after.entrySet().stream()
        .mapToLong(thread -> thread.getValue() - before.getOrDefault(thread.getKey(), 0L))
        .sum();
  }
}
