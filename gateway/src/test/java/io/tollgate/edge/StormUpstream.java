package io.tollgate.edge;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Answers {@code /any/TOKEN/MANNER} with the token, in the manner asked for, good or bad.
 *
 * <p>A manner may answer before it has read the request's body, or break off anywhere.
 */
final class StormUpstream implements AutoCloseable {
  static final String GOOD = "lcenbi";
  static final String BAD = "rhgsxuyzft";

  /** So many requests in the manner {@code w} wait for each other. */
  final CyclicBarrier together;

  private final ScriptedUpstream server = new ScriptedUpstream((peer, index) -> serve(peer));

  StormUpstream(int together) {
    this.together = new CyclicBarrier(together);
  }

  String url() {
    return server.route("/").destination().first().toString();
  }

  static String body(String token, int bodyBytes, char manner) {
    return "token=" + token + " body=" + bodyBytes + (manner == 'b' ? "x".repeat(200_000) : "");
  }

  private void serve(ScriptedUpstream.Peer peer) throws IOException {
    var in = new BufferedInputStream(peer.socket().getInputStream());
    for (String head = readHead(in); !head.isEmpty(); head = readHead(in)) {
      String[] target = head.split(" ", 3)[1].split("/", -1);
      String token = target[2];
      char manner = target[3].charAt(0);
      if (manner == 'y' || manner == 'z') {
        peer.write(counted(body(token, -1, manner), ""));
        if (manner == 'z') {
          return;
        }
      }
      int bodyBytes = readBody(in, head);
      if (manner != 'y' && !answer(peer, manner, body(token, bodyBytes, manner))) {
        return;
      }
    }
  }

  /** Returns whether the connection is to be used again. */
  private boolean answer(ScriptedUpstream.Peer peer, char manner, String body) throws IOException {
    switch (manner) {
      case 'c' -> peer.write(chunked(body));
      case 'e' -> peer.write("HTTP/1.1 200 OK\r\n\r\n" + body);
      case 'n' -> peer.write(counted(body, "Connection: close\r\n"));
      case 'i' -> peer.write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + counted(body, ""));
      case 'w' -> {
        await();
        peer.write(counted(body, ""));
      }
      case 'r' -> peer.socket().setSoLinger(true, 0);
      case 'h' -> peer.write(counted(body, "").substring(0, counted(body, "").length() - 3));
      case 't' -> {
        String all = chunked(body);
        peer.write(all.substring(0, all.length() - 7));
        peer.socket().setSoLinger(true, 0);
      }
      case 'g' -> peer.write("token=garbage\r\n\r\n");
      case 's' -> peer.awaitEnd();
      case 'x' -> peer.write(counted(body, "") + counted("token=smuggled", ""));
      case 'f' -> peer.write("HTTP/1.1 102 Wait\r\n\r\n".repeat(20) + counted(body, ""));
      default -> peer.write(counted(body, ""));
    }
    return "lcibwxy".indexOf(manner) >= 0;
  }

  private void await() throws IOException {
    try {
      together.await(10, TimeUnit.SECONDS);
    } catch (BrokenBarrierException | TimeoutException | InterruptedException e) {
      throw new IOException("not all came", e);
    }
  }

  private static String counted(String body, String header) {
    return "HTTP/1.1 200 OK\r\n" + header + "Content-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private static String chunked(String body) {
    int cut = body.length() / 3;
    return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + (Integer.toHexString(cut) + "\r\n" + body.substring(0, cut) + "\r\n")
        + (Integer.toHexString(body.length() - cut) + "\r\n" + body.substring(cut) + "\r\n")
        + "0\r\n\r\n";
  }

  private static String readHead(InputStream in) throws IOException {
    var head = new StringBuilder();
    for (String line = readLine(in); !line.isEmpty(); line = readLine(in)) {
      head.append(line).append('\n');
    }
    return head.toString();
  }

  private static String readLine(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      line.append((char) b);
    }
    return line.toString().stripTrailing();
  }

  private static int readBody(InputStream in, String head) throws IOException {
    if (head.contains("transfer-encoding: chunked")) {
      int total = 0;
      for (int size = readSize(in); size > 0; size = readSize(in)) {
        total += in.readNBytes(size).length;
        readLine(in);
      }
      readLine(in);
      return total;
    }
    int at = head.indexOf("content-length: ");
    if (at < 0) {
      return 0;
    }
    int start = at + "content-length: ".length();
    int wanted = Integer.parseInt(head.substring(start, head.indexOf('\n', start)));
    byte[] body = in.readNBytes(wanted);
    if (body.length < wanted) {
      throw new IOException("half a body");
    }
    assertPlain(body);
    return body.length;
  }

  private static int readSize(InputStream in) throws IOException {
    String line = readLine(in);
    if (line.isEmpty()) {
      throw new IOException("half a body");
    }
    return Integer.parseInt(line, 16);
  }

  /** Bodies are of one letter, so that another's bytes in them would be seen. */
  private static void assertPlain(byte[] body) throws IOException {
    String text = new String(body, StandardCharsets.ISO_8859_1);
    if (!text.replace("d", "").isEmpty()) {
      throw new IOException("another's bytes in a body");
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
