package io.tollgate.fault;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** The threads of a process, as the kernel tells of them. */
final class ProcessThreads {
  /** Reads one number of a thread. */
  interface Reading {
    /**
     * Returns the number, empty where the thread is none of those that matter.
     *
     * @throws IOException where the thread has ended
     */
    OptionalLong of(Path thread) throws IOException;
  }

  private ProcessThreads() {}

  /**
   * Returns a number of each thread; of those that end meanwhile there may be none, and none at all
   * where the process is gone.
   */
  static Map<Path, Long> read(long process, Reading reading) {
    Map<Path, Long> numbers = new HashMap<>();
    Path tasks = Path.of("/proc", Long.toString(process), "task");
    try (var threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        add(thread, reading, numbers);
      }
    } catch (IOException | DirectoryIteratorException e) {
      // The process has ended, as others will see.
    }
    return numbers;
  }

  private static void add(Path thread, Reading reading, Map<Path, Long> numbers) {
    try {
      reading.of(thread).ifPresent(number -> numbers.put(thread, number));
    } catch (IOException e) {
      // It has ended. The others are still to be read.
    }
  }
}
