package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients that send half a head and no more take neither memory nor anybody's turn. */
class SlowConnectionsTest {
  private static final int CONNECTIONS_MAX = ClientBounds.DEFAULTS.connectionsMax();
  private static final long RESIDENT_KIB_MAX = 512 * 1024;

  /** What the rest of this process needs of its own files. */
  private static final int OWN_FILES = 1_500;

  /** Left to ordinary clients. */
  private static final int SPARE = 200;

  @Test
  void as_many_as_may_connect_fit_512_mebibytes_while_ordinary_traffic_goes_on() throws Exception {
    int connections =
        Math.min(CONNECTIONS_MAX, Math.min(OpenFiles.max() / 10 * 9, OpenFiles.max() - OWN_FILES))
            - SPARE;
    List<SocketChannel> slow = new ArrayList<>();
    try (TestPostgres postgres = TestPostgres.database();
        TestRedis redis = TestRedis.start();
        var upstream = new EchoUpstream()) {
      Secret key = new StoredKeys(postgres, redis).everywhere();
      Process gateway = start(redis.url().reveal(), postgres.url().reveal(), upstream.url());
      try {
        int port = port(gateway);
        for (int i = 0; i < connections; i++) {
          slow.add(halfAHead(port, i));
        }
        for (int i = 0; i < 300; i++) {
          assertThat(ordinary(port, key)).startsWith("HTTP/1.1 200");
        }
        assertThat(stillOpen(slow)).isEqualTo(connections);
        long resident = residentKib(gateway.pid());
        System.out.println(connections + " slow connections: " + resident / 1024 + " MiB resident");
        assertThat(resident).isLessThan(RESIDENT_KIB_MAX);
        assertAllAreCut(slow);
        assertThat(ordinary(port, key)).startsWith("HTTP/1.1 200");
      } finally {
        gateway.destroyForcibly();
      }
    } finally {
      for (SocketChannel channel : slow) {
        channel.close();
      }
    }
  }

  static Process start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-XX:MaxDirectMemorySize=128m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                SlowConnectionsMain.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  static int port(Process gateway) throws IOException {
    var output =
        new BufferedReader(new InputStreamReader(gateway.getInputStream(), StandardCharsets.UTF_8));
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith("port: ")) {
        return Integer.parseInt(line.substring("port: ".length()));
      }
    }
    throw new IOException("the gateway did not start");
  }

  /** From several addresses: there are not as many ports on one, nor may one have them all. */
  private static SocketChannel halfAHead(int port, int index) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_RCVBUF, 4 * 1024);
    channel.bind(new InetSocketAddress(loopback(2 + index % 3), 0));
    channel.connect(new InetSocketAddress(loopback(1), port));
    channel.write(
        ByteBuffer.wrap(
            ("GET /" + index + " HTTP/1.1\r\nHost: t\r\nX-Half: " + "a".repeat(500))
                .getBytes(StandardCharsets.US_ASCII)));
    channel.configureBlocking(false);
    return channel;
  }

  private static InetAddress loopback(int last) throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
  }

  private static String ordinary(int port, Secret key) {
    return RawClient.exchange(port, "GET / HTTP/1.1", "X-API-Key: " + key.reveal() + "\r\n");
  }

  private static int stillOpen(List<SocketChannel> channels) throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(1);
    int open = 0;
    for (SocketChannel channel : channels) {
      open += channel.read(answer.clear()) == 0 ? 1 : 0;
    }
    return open;
  }

  private static void assertAllAreCut(List<SocketChannel> channels) throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(4 * 1024);
    for (SocketChannel channel : channels) {
      channel.configureBlocking(true);
      channel.socket().setSoTimeout((int) SlowConnectionsMain.HEADER_TIMEOUT.toMillis() * 2);
      assertThat(channel.read(answer.clear())).isPositive();
      String text = new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
      assertThat(text).startsWith("HTTP/1.1 408").contains("request-timeout");
    }
  }

  static long residentKib(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
