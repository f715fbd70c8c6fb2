package io.tollgate.deploy;

import io.netty.util.Version;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The oldest Netty that the process starts on: older ones tell requests apart otherwise than the
 * servers behind us. The build sees to it too, but not to what was put on the class path later.
 */
final class NettyVersion {
  private static final int[] OLDEST = {4, 2, 18};

  /** The part that reads requests, by which it is known whether versions are told at all. */
  private static final String READER = "netty-codec-http";

  private NettyVersion() {}

  /**
   * Checks what is on the class path.
   *
   * @throws StartFault if a part of Netty there is too old
   */
  static void check() {
    var told = new TreeMap<String, String>();
    Version.identify().forEach((part, version) -> told.put(part, version.artifactVersion()));
    check(told);
  }

  /**
   * Checks parts of Netty by their versions.
   *
   * @throws StartFault if one is too old
   */
  static void check(Map<String, String> parts) {
    if (!parts.containsKey(READER)) {
      throw new StartFault(
          "Netty's version must be " + oldest() + " or newer, but its jars don't tell it");
    }
    parts.forEach(
        (part, version) -> {
          if (Arrays.compare(numbers(version), OLDEST) < 0) {
            throw new StartFault(
                part + " on the class path must be " + oldest() + " or newer, was " + version);
          }
        });
  }

  /** Returns the numbers at a version's start; what is no number is older than all. */
  private static int[] numbers(String version) {
    return Arrays.stream(version.split("[.-]", -1))
        .takeWhile(part -> part.matches("[0-9]{1,9}"))
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  private static String oldest() {
    return OLDEST[0] + "." + OLDEST[1] + '.' + OLDEST[2];
  }
}
