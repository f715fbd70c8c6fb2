package io.tollgate.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process and its children, and what they have used so far, as the kernel tells. */
final class ProcessUsage {
  /** The kernel counts in hundredths of a second towards programs, whatever its own tick. */
  private static final long MICROS_PER_TICK = 10_000;

  private static final int UTIME = 11;
  private static final int STIME = 12;

  // Of the machine as a whole; user, nice and system come before, interrupts between.
  private static final int IDLE = 4;
  private static final int IOWAIT = 5;
  private static final int STEAL = 8;

  private final List<Path> directories = new ArrayList<>();

  /** Takes the process with the children that it has now. */
  ProcessUsage(long pid) {
    ProcessHandle process =
        ProcessHandle.of(pid)
            .orElseThrow(() -> new IllegalStateException("there is no process " + pid));
    directories.add(directory(pid));
    process.descendants().forEach(child -> directories.add(directory(child.pid())));
  }

  private static Path directory(long pid) {
    return Path.of("/proc", Long.toString(pid));
  }

  /** Returns the CPU time used since the start, in user and in kernel mode. */
  long cpuMicros() {
    long ticks = 0;
    for (Path directory : directories) {
      String stat = read(directory.resolve("stat"));
      // After the name, which stands in parentheses and may itself hold spaces.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      ticks += Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME]);
    }
    return ticks * MICROS_PER_TICK;
  }

  /** Returns the CPU time that all processes have used since the machine started. */
  static long machineCpuMicros() {
    String[] fields = read(Path.of("/proc/stat")).split("\\s+", STEAL + 2);
    long ticks = 0;
    for (int i = 1; i <= STEAL; i++) {
      ticks += i == IDLE || i == IOWAIT ? 0 : Long.parseLong(fields[i]);
    }
    return ticks * MICROS_PER_TICK;
  }

  /** Returns the memory that is resident now. */
  long residentBytes() {
    long kibibytes = 0;
    for (Path directory : directories) {
      for (String line : read(directory.resolve("status")).split("\n", -1)) {
        if (line.startsWith("VmRSS:")) {
          kibibytes += Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
    }
    return kibibytes * 1024;
  }

  /** Returns how many files and sockets are open now. */
  int openFiles() {
    int files = 0;
    for (Path directory : directories) {
      String[] open = directory.resolve("fd").toFile().list();
      files += open == null ? 0 : open.length;
    }
    return files;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException("a measured process has ended: " + e.getMessage(), e);
    }
  }
}
