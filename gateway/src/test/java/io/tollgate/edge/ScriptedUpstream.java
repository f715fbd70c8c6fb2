package io.tollgate.edge;

import io.tollgate.proxy.Route;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** An upstream that does with each connection what a test says, byte by byte. */
final class ScriptedUpstream implements AutoCloseable {
  private final ServerSocket server;
  private final Script script;

  /** How many connections came. */
  final AtomicInteger connections = new AtomicInteger();

  /** What happens on one connection, which ends with the call. */
  interface Script {
    /** Plays it; {@code index} counts connections from 0. */
    void play(Peer peer, int index) throws IOException;
  }

  /** The gateway's end of a connection, as the upstream sees it. */
  record Peer(Socket socket, BufferedReader reader, OutputStream output) {
    /** Reads a request's head and returns it. */
    String readHead() throws IOException {
      var head = new StringBuilder();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.isEmpty()) {
          return head.toString();
        }
        head.append(line).append('\n');
      }
      return head.toString();
    }

    void write(String text) throws IOException {
      output.write(text.getBytes(StandardCharsets.ISO_8859_1));
      output.flush();
    }

    /** Blocks until the other side closes. */
    void awaitEnd() throws IOException {
      while (reader.read() >= 0) {
        continue;
      }
    }
  }

  ScriptedUpstream(Script script) {
    this.script = script;
    try {
      server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    Thread.startVirtualThread(this::accept);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        int index = connections.getAndIncrement();
        Thread.startVirtualThread(() -> serve(socket, index));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket, int index) {
    try (socket) {
      var reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      script.play(new Peer(socket, reader, socket.getOutputStream()), index);
    } catch (IOException gone) {
      // The gateway hung up, as some scripts want it to.
    }
  }

  Route route(String path) {
    return Route.to(path, "http://127.0.0.1:" + server.getLocalPort());
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
