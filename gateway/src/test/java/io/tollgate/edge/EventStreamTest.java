package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.Timeouts;
import io.tollgate.store.StoredKeys;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Answers that never end, event by event, and those that are long in coming. */
class EventStreamTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final String STREAM =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

  @RegisterExtension static final Stores STORES = new Stores();

  private final StoredKeys keys = STORES.keys;
  private Secret key;

  @BeforeEach
  void makeKey() {
    key = keys.everywhere();
    keys.markApplied();
  }

  private static RunningGateway gateway(Duration idle, Route... routes) {
    ProxyConfig proxy = new ProxyConfig(LONG, LONG, idle, Duration.ZERO, 8, 8, 65_536, 100);
    return STORES.oneLoop(proxy, routes);
  }

  private static String chunk(String event) {
    return Integer.toHexString(event.length()) + "\r\n" + event + "\r\n";
  }

  private Socket ask(RunningGateway edge) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port());
    socket.setSoTimeout(10_000);
    String head = "GET / HTTP/1.1\r\nHost: t\r\nX-API-Key: " + key.reveal() + "\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
  }

  /** Returns the next line that begins so. */
  private static String find(BufferedReader from, String start) throws IOException {
    String line = from.readLine();
    while (line != null && !line.startsWith(start)) {
      line = from.readLine();
    }
    return String.valueOf(line);
  }

  private static void awaitEndAndTell(ScriptedUpstream.Peer peer, CountDownLatch ended)
      throws IOException {
    try {
      peer.awaitEnd();
    } finally {
      ended.countDown();
    }
  }

  @Test
  void each_event_passes_before_the_next_is_there() throws Exception {
    var wanted = new LinkedBlockingQueue<String>();
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write(STREAM);
                  try {
                    for (String event = wanted.take(); !event.isEmpty(); event = wanted.take()) {
                      peer.write(chunk("data: " + event + "\n\n"));
                    }
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                });
        RunningGateway edge = gateway(LONG, upstream.route("/"));
        Socket client = ask(edge)) {
      BufferedReader from = reader(client);
      // The head passes by itself, too.
      assertThat(find(from, "Content-Type")).endsWith("text/event-stream");
      for (String event : new String[] {"one", "two", "three"}) {
        wanted.add(event);
        assertThat(find(from, "data: ")).isEqualTo("data: " + event);
      }
      wanted.add("");
    }
  }

  @Test
  void a_client_that_leaves_ends_the_stream_at_the_upstream() throws Exception {
    var ended = new CountDownLatch(1);
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write(STREAM + chunk("data: one\n\n"));
                  awaitEndAndTell(peer, ended);
                });
        RunningGateway edge = gateway(LONG, upstream.route("/"))) {
      try (Socket client = ask(edge)) {
        assertThat(find(reader(client), "data: ")).isEqualTo("data: one");
        assertThat(ended.getCount()).isOne();
      }
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void a_stream_that_is_quiet_for_too_long_is_cut_where_its_route_does_not_say_otherwise()
      throws Exception {
    var ended = new CountDownLatch(1);
    try (var upstream =
        new ScriptedUpstream(
            (peer, index) -> {
              peer.readHead();
              peer.write(STREAM + chunk("data: one\n\n"));
              awaitEndAndTell(peer, ended);
            })) {
      Route route = upstream.route("/");
      try (RunningGateway edge =
              gateway(Duration.ofMillis(100), route.within(new Timeouts(null, LONG, null)));
          Socket client = ask(edge)) {
        assertThat(find(reader(client), "data: ")).isEqualTo("data: one");
        assertThat(ended.await(1, TimeUnit.SECONDS)).isFalse();
      }
      try (RunningGateway edge = gateway(Duration.ofMillis(100), route);
          Socket client = ask(edge)) {
        BufferedReader from = reader(client);
        assertThat(find(from, "data: ")).isEqualTo("data: one");
        // Without the last chunk: nobody takes it for whole.
        assertThat(find(from, "0")).isEqualTo("null");
      }
    }
  }

  @Test
  void a_silent_stream_and_a_long_poll_end_when_their_key_is_revoked() throws Exception {
    var asked = new CountDownLatch(2);
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  if (index == 0) {
                    peer.write(STREAM + chunk("data: one\n\n"));
                  }
                  asked.countDown();
                  peer.awaitEnd();
                });
        RunningGateway edge = gateway(LONG, upstream.route("/"));
        Socket stream = ask(edge)) {
      BufferedReader events = reader(stream);
      assertThat(find(events, "data: ")).isEqualTo("data: one");
      try (Socket poll = ask(edge)) {
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        keys.revokeInPostgres(key);
        assertThat(find(reader(poll), "HTTP/1.1")).isEqualTo("HTTP/1.1 401 Unauthorized");
        assertThat(find(events, "0")).isEqualTo("null");
      }
      assertThat(edge.metrics.get("tollgate.edge.exchanges.revoked").counter().count())
          .isEqualTo(2);
    }
  }
}
