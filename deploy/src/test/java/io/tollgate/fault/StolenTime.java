package io.tollgate.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * How long the host has kept a virtual machine's processors for others (the column {@code steal} of
 * {@code /proc/stat}, see proc_stat(5)); nothing where the kernel does not tell.
 */
final class StolenTime {
  private static final Pattern PROCESSOR = Pattern.compile("cpu\\d+");

  /** After the processor's name; in the kernel's hundredths of a second towards programs. */
  private static final int STEAL = 8;

  private static final long MILLIS_PER_TICK = 10;

  private StolenTime() {}

  /** Returns by processor what was kept of it so far, in milliseconds. */
  static Map<String, Long> millis() {
    Map<String, Long> stolen = new TreeMap<>();
    try {
      for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
        String[] fields = line.split(" +", -1);
        if (PROCESSOR.matcher(fields[0]).matches() && fields.length > STEAL) {
          stolen.put(fields[0], Long.parseLong(fields[STEAL]) * MILLIS_PER_TICK);
        }
      }
    } catch (IOException e) {
      // Told by no other way.
    }
    return stolen;
  }

  /** Returns the most that was kept of one processor between two readings. */
  static Duration most(Map<String, Long> before, Map<String, Long> after) {
    return Duration.ofMillis(
        after.entrySet().stream()
            .mapToLong(
                processor -> processor.getValue() - before.getOrDefault(processor.getKey(), 0L))
            .max()
            .orElse(0));
  }
}
