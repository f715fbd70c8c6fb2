package io.tollgate.edge;

import io.tollgate.key.Secret;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Sends one gibibyte up through a gateway to an upstream that sends it back, in a process whose
 * heap is smaller: started by {@link GibibyteTest}. Prints how many bytes came back.
 */
final class GibibyteMain {
  static final long BODY = 1L << 30;
  private static final byte[] PIECE = new byte[64 * 1024];

  private GibibyteMain() {}

  public static void main(String[] arguments) throws Exception {
    try (TestPostgres postgres = TestPostgres.database();
        TestRedis redis = TestRedis.start();
        var upstream = new ScriptedUpstream((peer, index) -> echo(peer));
        var edge = new RunningGateway(postgres, redis, upstream.route("/").taking(0));
        var client = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
      Secret key = new StoredKeys(postgres, redis).everywhere();
      String head =
          "POST / HTTP/1.1\r\nHost: t\r\nConnection: close\r\nX-API-Key: "
              + key.reveal()
              + "\r\nContent-Length: "
              + BODY
              + "\r\n\r\n";
      Thread.startVirtualThread(() -> send(client, head));
      System.out.println("came back: " + receive(client.getInputStream()));
    }
    System.exit(0);
  }

  /** Answers while it reads: what comes in goes out, so both directions are under way at once. */
  private static void echo(ScriptedUpstream.Peer peer) throws IOException {
    InputStream input = peer.socket().getInputStream();
    int ends = 0;
    while (ends < 4) {
      int c = input.read();
      ends = c == (ends % 2 == 0 ? '\r' : '\n') ? ends + 1 : 0;
    }
    OutputStream output = peer.output();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + BODY + "\r\n\r\n");
    byte[] buffer = new byte[PIECE.length];
    long left = BODY;
    while (left > 0) {
      int read = input.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (read < 0) {
        throw new IOException("the body ended " + left + " bytes too soon");
      }
      output.write(buffer, 0, read);
      left -= read;
    }
  }

  private static void send(Socket client, String head) {
    try {
      OutputStream output = client.getOutputStream();
      output.write(head.getBytes(StandardCharsets.US_ASCII));
      for (long sent = 0; sent < BODY; sent += PIECE.length) {
        output.write(PIECE);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static long receive(InputStream input) throws IOException {
    byte[] buffer = new byte[PIECE.length];
    int matched = 0;
    while (matched < 4) {
      int c = input.read();
      if (c < 0) {
        throw new IOException("no response");
      }
      matched = c == (matched % 2 == 0 ? '\r' : '\n') ? matched + 1 : 0;
    }
    long received = 0;
    for (int read = input.read(buffer); read >= 0; read = input.read(buffer)) {
      received += read;
    }
    return received;
  }
}
