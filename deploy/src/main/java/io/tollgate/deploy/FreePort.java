package io.tollgate.deploy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** A loopback port that was free a moment ago. */
final class FreePort {
  private FreePort() {}

  static int take() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new StartFault("no free port on 127.0.0.1: " + e.getMessage());
    }
  }
}
