package io.tollgate.edge;

import io.tollgate.proxy.Route;
import io.tollgate.proxy.UpstreamProtocol;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Stands between the gateway and an upstream, and can lose the flows that it has: what comes on
 * them is swallowed both ways and nobody is told, while new ones pass. So does a virtual address
 * when a node behind it dies.
 */
final class LosingRelay implements AutoCloseable {
  private final ServerSocket server;
  private final int upstreamPort;

  /** Shared by the flows that began since the last loss. */
  private volatile AtomicBoolean lost = new AtomicBoolean();

  LosingRelay(int upstreamPort) {
    this.upstreamPort = upstreamPort;
    try {
      server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.startVirtualThread(this::accept);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        var upstream = new Socket(InetAddress.getLoopbackAddress(), upstreamPort);
        AtomicBoolean flow = lost;
        Thread.startVirtualThread(() -> pass(client, upstream, flow));
        Thread.startVirtualThread(() -> pass(upstream, client, flow));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private static void pass(Socket from, Socket to, AtomicBoolean flow) {
    byte[] buffer = new byte[16 * 1024];
    try (from) {
      InputStream input = from.getInputStream();
      OutputStream output = to.getOutputStream();
      for (int length = input.read(buffer); length >= 0; length = input.read(buffer)) {
        if (!flow.get()) {
          output.write(buffer, 0, length);
        }
      }
      if (!flow.get()) {
        to.close();
      }
    } catch (IOException gone) {
      // One side has hung up.
    }
  }

  /** Loses the flows that stand now, without a word to either side. */
  void lose() {
    AtomicBoolean flows = lost;
    lost = new AtomicBoolean();
    flows.set(true);
  }

  int port() {
    return server.getLocalPort();
  }

  Route route() {
    return Route.to("/", "http://127.0.0.1:" + port()).speaking(UpstreamProtocol.HTTP2);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
