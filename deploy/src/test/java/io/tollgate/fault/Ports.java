package io.tollgate.fault;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Loopback ports for listeners that keep theirs through a restart. They are below those that
 * systems give to connections, so that none is taken by a client while its listener is away.
 */
final class Ports {
  private static final int FIRST = 12_000;
  private static final int END = 32_000;
  private static final int TRIES = 1_000;

  private Ports() {}

  /** Returns one that was free a moment ago. */
  static int free() {
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // Somebody listens there.
      }
    }
    throw new IllegalStateException("no free port from " + FIRST + " to " + END);
  }
}
