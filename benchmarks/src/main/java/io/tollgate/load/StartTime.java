package io.tollgate.load;

import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Times how long Tollgate takes from its start to the first request that it has verified and
 * forwarded; prints one line of JSON a start.
 */
public final class StartTime {
  private static final int STARTS = 3;
  private static final int SOCKET_MILLIS_MAX = 2_000;
  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final byte[] OK = "HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII);

  private StartTime() {}

  /** Takes the port, the file of keys, the path, a file for the output, and the command. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int port = Integer.parseInt(arguments[0]);
    String key = KeyFile.read(Path.of(arguments[1])).key(0);
    byte[] request =
        ("GET " + arguments[2] + " HTTP/1.1\r\nHost: a\r\nX-API-Key: " + key + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    var command =
        new ProcessBuilder(List.of(arguments).subList(4, arguments.length))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(new File(arguments[3])));
    for (int i = 0; i < STARTS; i++) {
      long millis = TimeUnit.NANOSECONDS.toMillis(time(command, port, request));
      System.out.println(
          new JsonObject()
              .put("kind", "start")
              .put("peer", "tollgate")
              .put("millis", millis)
              .encode());
    }
  }

  private static long time(ProcessBuilder command, int port, byte[] request)
      throws IOException, InterruptedException {
    if (isVerified(port, request)) {
      throw new IllegalStateException("somebody else answers on port " + port);
    }
    long startNanos = System.nanoTime();
    Process process = command.start();
    try {
      while (!isVerified(port, request)) {
        if (!process.isAlive() || System.nanoTime() - startNanos > DEADLINE_NANOS) {
          throw new IllegalStateException("no request was verified: " + process);
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      return System.nanoTime() - startNanos;
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  private static boolean isVerified(int port, byte[] request) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(SOCKET_MILLIS_MAX);
      socket.getOutputStream().write(request);
      InputStream answer = socket.getInputStream();
      return Arrays.equals(answer.readNBytes(OK.length), OK);
    } catch (IOException notYet) {
      return false;
    }
  }
}
