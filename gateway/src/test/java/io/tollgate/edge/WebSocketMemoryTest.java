package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Many WebSockets on which nothing is said fit in little memory. */
class WebSocketMemoryTest {
  private static final int WEBSOCKETS_MAX = 10_000;
  private static final long RESIDENT_BYTES_MAX_OF_ALL = 150L << 20;

  /** What the rest of this process needs of its own files. */
  private static final int OWN_FILES = 1_500;

  /** Those that have been closed but are still counted. */
  private static final int SPARE = 200;

  @Test
  void ten_thousand_that_are_idle_take_less_than_150_mebibytes() throws Exception {
    int files = OpenFiles.max();
    int count = Math.min(WEBSOCKETS_MAX, Math.min(files / 4 - SPARE, (files - OWN_FILES) / 2));
    List<SocketChannel> clients = new ArrayList<>();
    try (TestPostgres postgres = TestPostgres.database();
        TestRedis redis = TestRedis.start();
        var upstream = new SwitchingUpstream()) {
      var keys = new StoredKeys(postgres, redis);
      List<Secret> secrets = List.of(keys.everywhere(), keys.everywhere());
      Process gateway =
          SlowConnectionsTest.start(redis.url().reveal(), postgres.url().reveal(), upstream.url());
      try {
        int port = SlowConnectionsTest.port(gateway);
        // What classes and code take that a first few have loaded is not theirs.
        for (int i = 0; i < 100; i++) {
          open(port, i, secrets.get(i % 2)).close();
        }
        long before = SlowConnectionsTest.residentKib(gateway.pid());
        for (int i = 0; i < count; i++) {
          clients.add(open(port, i, secrets.get(i % 2)));
        }
        long resident = SlowConnectionsTest.residentKib(gateway.pid());
        long taken = resident - before;
        System.out.printf(
            "%d idle WebSockets: %d MiB more, %d in all%n", count, taken / 1024, resident / 1024);
        assertThat(taken * 1024).isLessThan(RESIDENT_BYTES_MAX_OF_ALL / WEBSOCKETS_MAX * count);
      } finally {
        gateway.destroyForcibly();
      }
    } finally {
      for (SocketChannel client : clients) {
        client.close();
      }
    }
  }

  private static SocketChannel open(int port, int index, Secret key) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.bind(new InetSocketAddress(loopback(2 + index % 3), 0));
    channel.connect(new InetSocketAddress(loopback(1), port));
    channel.write(ByteBuffer.wrap(RawWebSocket.handshake(key).getBytes(StandardCharsets.US_ASCII)));
    ByteBuffer answer = ByteBuffer.allocate(1_024);
    channel.read(answer);
    assertThat(new String(answer.array(), 0, 12, StandardCharsets.US_ASCII))
        .isEqualTo("HTTP/1.1 101");
    return channel;
  }

  private static InetAddress loopback(int last) throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
  }

  /** Accepts each handshake and says nothing more, on one thread. */
  private static final class SwitchingUpstream implements AutoCloseable {
    private final Selector selector = Selector.open();
    private final ServerSocketChannel server = ServerSocketChannel.open();
    private final ByteBuffer read = ByteBuffer.allocate(8 * 1024);

    SwitchingUpstream() throws IOException {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
      server.configureBlocking(false);
      server.register(selector, SelectionKey.OP_ACCEPT);
      var thread = new Thread(this::serve, "switching-upstream");
      thread.setDaemon(true);
      thread.start();
    }

    String url() throws IOException {
      return "http://127.0.0.1:" + ((InetSocketAddress) server.getLocalAddress()).getPort();
    }

    private void serve() {
      try {
        while (selector.isOpen()) {
          selector.select(this::serve);
        }
      } catch (IOException | RuntimeException closed) {
        // The test is over.
      }
    }

    private void serve(SelectionKey key) {
      try {
        if (key.isAcceptable()) {
          SocketChannel accepted = server.accept();
          accepted.configureBlocking(false);
          accepted.register(selector, SelectionKey.OP_READ);
          return;
        }
        SocketChannel peer = (SocketChannel) key.channel();
        if (peer.read(read.clear()) < 0) {
          peer.close();
        } else {
          String head = RawWebSocket.SWITCHED + "\r\n";
          peer.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
        }
      } catch (IOException gone) {
        key.cancel();
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
      for (SelectionKey key : List.copyOf(selector.keys())) {
        key.channel().close();
      }
      selector.close();
    }
  }
}
