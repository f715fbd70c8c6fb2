package io.tollgate.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A path breaks as it is told to, and is whole again afterwards. */
class StorePathTest {
  private static final int SILENCE_MILLIS = 300;
  private static final int DEADLINE_MILLIS = 5_000;

  private ServerSocket store;
  private StorePath path;

  @BeforeEach
  void start() throws IOException {
    store = echo("");
    path = new StorePath(store.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    path.close();
    store.close();
  }

  /** A store that answers with what it was sent, behind a word of its own. */
  private static ServerSocket echo(String word) throws IOException {
    var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (true) {
                  Socket peer = server.accept();
                  Thread.ofVirtual().start(() -> answer(peer, word));
                }
              } catch (IOException e) {
                // The test is over.
              }
            });
    return server;
  }

  private static void answer(Socket peer, String word) {
    try (peer) {
      byte[] buffer = new byte[100];
      for (int count = peer.getInputStream().read(buffer);
          count >= 0;
          count = peer.getInputStream().read(buffer)) {
        peer.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
        peer.getOutputStream().write(buffer, 0, count);
      }
    } catch (IOException e) {
      // The path was cut.
    }
  }

  private Socket connect() throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), path.port());
    socket.setSoTimeout(DEADLINE_MILLIS);
    return socket;
  }

  private static void ask(Socket socket) throws IOException {
    socket.getOutputStream().write("ping".getBytes(StandardCharsets.US_ASCII));
  }

  private static String read(Socket socket, int length) throws IOException {
    return new String(socket.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
  }

  private static void assertSilent(Socket socket) throws IOException {
    socket.setSoTimeout(SILENCE_MILLIS);
    assertThatThrownBy(() -> read(socket, 1)).isInstanceOf(SocketTimeoutException.class);
    socket.setSoTimeout(DEADLINE_MILLIS);
  }

  @Test
  void it_leads_to_the_store() throws IOException {
    try (Socket socket = connect()) {
      ask(socket);
      assertThat(read(socket, 4)).isEqualTo("ping");
    }
  }

  @Test
  void what_is_held_comes_after_the_heal() throws IOException {
    try (Socket socket = connect()) {
      path.hold();
      ask(socket);
      assertSilent(socket);
      path.heal();
      assertThat(read(socket, 4)).isEqualTo("ping");
    }
  }

  @Test
  void questions_are_held_while_answers_pass() throws IOException {
    try (Socket socket = connect()) {
      path.holdQuestions();
      ask(socket);
      assertSilent(socket);
      path.holdAnswers();
      assertSilent(socket);
      path.heal();
      assertThat(read(socket, 4)).isEqualTo("ping");
    }
  }

  @Test
  void a_cut_resets_what_there_is_and_what_comes() throws IOException {
    try (Socket socket = connect()) {
      ask(socket);
      assertThat(read(socket, 4)).isEqualTo("ping");
      path.cut();
      assertThatThrownBy(() -> read(socket, 1)).isInstanceOf(SocketException.class);
      try (Socket late = connect()) {
        assertThatThrownBy(() -> read(late, 1)).isInstanceOf(SocketException.class);
      }
      path.heal();
      try (Socket healed = connect()) {
        ask(healed);
        assertThat(read(healed, 4)).isEqualTo("ping");
      }
    }
  }

  @Test
  void half_an_answer_comes_where_it_is_broken_and_then_the_end() throws IOException {
    try (Socket socket = connect()) {
      path.breakNextAnswer();
      ask(socket);
      assertThatThrownBy(() -> assertThat(read(socket, 4)).isEqualTo("pi"))
          .isInstanceOfAny(SocketException.class);
    }
  }

  @Test
  void a_delay_holds_up_each_byte_and_none_longer_than_that() throws IOException {
    path.delay(300);
    try (Socket socket = connect()) {
      socket.setTcpNoDelay(true);
      long start = System.nanoTime();
      for (int i = 0; i < 20; i++) {
        ask(socket);
      }
      read(socket, 80);
      long millis = (System.nanoTime() - start) / 1_000_000;
      assertThat(millis).as("one after the other it were 6,000 and more").isBetween(600L, 3_500L);
    }
  }

  @Test
  void it_may_lead_elsewhere() throws IOException {
    try (ServerSocket other = echo("other ")) {
      path.leadTo(other.getLocalPort());
      try (Socket socket = connect()) {
        ask(socket);
        assertThat(read(socket, 10)).isEqualTo("other ping");
      }
    }
  }

  @Test
  void where_the_store_is_dead_the_connection_is_reset() throws IOException {
    store.close();
    try (Socket socket = connect()) {
      assertThatThrownBy(() -> read(socket, 1)).isInstanceOf(SocketException.class);
    }
  }
}
