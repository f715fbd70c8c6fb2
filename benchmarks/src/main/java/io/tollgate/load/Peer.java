package io.tollgate.load;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * One of those that are measured; all listen on loopback.
 *
 * @param checksKeys whether it must refuse a wrong and a missing key
 * @param keys how many of the keys it is asked with, in turn
 */
record Peer(String name, int port, long pid, boolean checksKeys, int keys) {
  static final String HOST = "127.0.0.1";

  /** Reads {@code name:port:pid:open|checked:keys}. */
  static Peer parse(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length != 5) {
      throw new IllegalArgumentException("a peer is name:port:pid:open|checked:keys, was " + text);
    }
    return new Peer(
        parts[0],
        Integer.parseInt(parts[1]),
        Long.parseLong(parts[2]),
        parts[3].equals("checked"),
        Integer.parseInt(parts[4]));
  }

  /** Returns whether it needs a warm-up. */
  boolean isJvm() {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().command())
        .filter(command -> command.endsWith("/java"))
        .isPresent();
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }
}
