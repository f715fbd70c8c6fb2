package io.tollgate.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a JVM holds, after a full collection.
 *
 * @param residentBytes of its process, as the kernel tells
 * @param heapBytes what lives in the heap
 * @param directBytes what the program took outside it: direct buffers; told if the JVM runs with
 *     {@code -XX:NativeMemoryTracking=summary}, and lets Netty take them by Unsafe, as {@code
 *     deploy/tollgate} does
 */
record JvmMemory(long residentBytes, long heapBytes, long directBytes) {
  // Of the collector with one thread, which is the one that deploy/tollgate sets.
  private static final Pattern HEAP = Pattern.compile("(?:DefNew|Tenured) +total.*?used (\\d+)K");
  private static final Pattern DIRECT =
      Pattern.compile("Other \\(reserved=\\d+KB, committed=(\\d+)KB");

  /** Collects and reads. */
  static JvmMemory of(long pid) {
    jcmd(pid, "GC.run");
    return new JvmMemory(
        new ProcessUsage(pid).residentBytes(),
        heapBytes(jcmd(pid, "GC.heap_info")),
        directBytes(jcmd(pid, "VM.native_memory", "summary")));
  }

  static long heapBytes(String told) {
    return 1024 * sum(HEAP, told);
  }

  static long directBytes(String told) {
    return 1024 * sum(DIRECT, told);
  }

  private static long sum(Pattern pattern, String told) {
    Matcher matcher = pattern.matcher(told);
    long sum = 0;
    boolean found = false;
    while (matcher.find()) {
      sum += Long.parseLong(matcher.group(1));
      found = true;
    }
    if (!found) {
      throw new IllegalStateException("the JVM told nothing that is " + pattern + ":\n" + told);
    }
    return sum;
  }

  private static String jcmd(long pid, String... command) {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    var builder = new ProcessBuilder(jcmd.toString(), Long.toString(pid));
    builder.command().addAll(List.of(command));
    try {
      Process process = builder.redirectErrorStream(true).start();
      String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(told);
      }
      return told;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
