package io.tollgate.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A peer whose every answer a test decides on: the text of a response, null to hang up. */
final class AnsweringServer implements AutoCloseable {
  /** A request's head, and how many came before it on all connections. */
  record Request(String head, int earlier) {}

  private final ServerSocket listener;
  private final Function<Request, @Nullable String> script;
  private final AtomicInteger requests = new AtomicInteger();

  AnsweringServer(Function<Request, @Nullable String> script) throws IOException {
    this.script = script;
    listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  static String ok(String body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  static String status(int status) {
    return "HTTP/1.1 " + status + " -\r\nContent-Length: 0\r\n\r\n";
  }

  Peer peer(boolean checksKeys) {
    long pid = ProcessHandle.current().pid();
    return new Peer("scripted", listener.getLocalPort(), pid, checksKeys, 2);
  }

  int requests() {
    return requests.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> answer(socket));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void answer(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      String head = head(in);
      while (head != null) {
        String answer = script.apply(new Request(head, requests.getAndIncrement()));
        if (answer == null) {
          return;
        }
        write(socket.getOutputStream(), answer);
        head = head(in);
      }
    } catch (IOException gone) {
      // The client has closed.
    }
  }

  private static @Nullable String head(BufferedReader in) throws IOException {
    var head = new StringBuilder();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.isEmpty()) {
        return head.toString();
      }
      head.append(line).append('\n');
    }
    return null;
  }

  /** Writes the parts that a | divides one by one. */
  private static void write(OutputStream out, String answer) throws IOException {
    for (String part : answer.split("\\|", -1)) {
      out.write(part.getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
