package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One client of a storm, which does one thing after another, each on a connection of its own. */
final class StormClient {
  private static final Pattern TOKEN = Pattern.compile("token=(\\w+)");
  private static final int READ_TIMEOUT_MILLIS = 20_000;

  private final int port;
  private final String name;
  private final Random random;
  private final Secret key;
  private final Set<String> tokens = new HashSet<>();
  private int sequence;

  private record Ask(String token, char manner, int bodyBytes, String text) {}

  private record Answer(int status, String body) {}

  StormClient(int port, int number, long seed, Secret key) {
    this.port = port;
    this.name = "c" + number;
    this.random = new Random(seed * 1_000 + number);
    this.key = key;
  }

  void rage(int rounds) throws IOException {
    for (int round = 0; round < rounds; round++) {
      switch (random.nextInt(10)) {
        case 0, 1, 2 -> behave();
        case 3 -> pipeline();
        case 4, 5 -> meetBad();
        case 6 -> abort();
        case 7 -> talkNonsense();
        case 8 -> sendHalfABody();
        default -> leaveAnswersUnread();
      }
    }
  }

  /** Whoever behaves gets the answer to what was asked, every time. */
  private void behave() throws IOException {
    try (Socket socket = connect()) {
      var in = new BufferedInputStream(socket.getInputStream());
      for (int i = random.nextInt(5); i >= 0; i--) {
        Ask ask = ask("good", StormUpstream.GOOD, random.nextInt(3));
        send(socket, ask.text());
        assertAnswered(ask, read(in));
      }
    }
  }

  private void pipeline() throws IOException {
    try (Socket socket = connect()) {
      List<Ask> asks = new ArrayList<>();
      var all = new StringBuilder();
      for (int i = random.nextInt(6); i >= 0; i--) {
        Ask ask = ask("good", StormUpstream.GOOD, random.nextInt(3));
        asks.add(ask);
        all.append(ask.text());
      }
      send(socket, all.toString());
      var in = new BufferedInputStream(socket.getInputStream());
      for (Ask ask : asks) {
        assertAnswered(ask, read(in));
      }
    }
  }

  /** A bad upstream is answered for, or the connection is cut; nobody else's answer comes. */
  private void meetBad() throws IOException {
    try (Socket socket = connect()) {
      Ask ask = ask("bad", StormUpstream.BAD, random.nextInt(3));
      send(socket, ask.text());
      try {
        Answer answer = read(new BufferedInputStream(socket.getInputStream()));
        assertThat(answer.status()).as(ask.text()).isIn(200, 408, 502, 503, 504);
        if (answer.status() == 200) {
          int bytes = ask.manner() == 'y' || ask.manner() == 'z' ? -1 : ask.bodyBytes();
          assertThat(answer.body()).isEqualTo(StormUpstream.body(ask.token(), bytes, ask.manner()));
        }
      } catch (IOException cut) {
        assertThat(cut).isNotInstanceOf(java.net.SocketTimeoutException.class);
      }
    }
  }

  private void abort() throws IOException {
    try (Socket socket = connect()) {
      boolean good = random.nextBoolean();
      String route = good ? "good" : "bad";
      // A good upstream stays one: what it closes unannounced, a request may just be sent on.
      String manners = good ? StormUpstream.GOOD : StormUpstream.BAD;
      String text =
          ask(route, manners, random.nextInt(3)).text()
              + ask(route, manners, random.nextInt(3)).text();
      send(socket, text.substring(0, random.nextInt(text.length())));
      socket.setSoLinger(random.nextBoolean(), 0);
    }
  }

  private void talkNonsense() throws IOException {
    String[] nonsense = {
      "GET / HTTP/1.1\r\n\r\n",
      "GET /%00 HTTP/1.1\r\nHost: t\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
      "\0\1\2\3\n\n",
      "GET / HTTP/1.1\r\nHost: t\r\nX: " + "y".repeat(40_000) + "\r\n\r\n",
      "POST /good/t/l HTTP/1.1\r\nHost: t\r\nX-API-Key: "
          + key.reveal()
          + "\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxx\r\nnonsense\r\n"
    };
    try (Socket socket = connect()) {
      String first = ask("good", StormUpstream.GOOD, 0).text();
      send(socket, first + nonsense[random.nextInt(nonsense.length)]);
      byte[] all = socket.getInputStream().readAllBytes();
      assertOwn(new String(all, StandardCharsets.ISO_8859_1));
    } catch (java.net.SocketTimeoutException never) {
      throw never;
    } catch (IOException cut) {
      // What came last may have been lost.
    }
  }

  private void sendHalfABody() throws IOException {
    try (Socket socket = connect()) {
      String text = ask(random.nextBoolean() ? "good" : "bad", "ly", 1).text();
      send(socket, text.substring(0, text.length() - 1 - random.nextInt(50)));
      if (random.nextBoolean()) {
        socket.setSoLinger(true, 0);
      }
    }
  }

  private void leaveAnswersUnread() throws IOException {
    try (Socket socket = connect()) {
      for (int i = 0; i < 20; i++) {
        send(socket, ask("good", "b", 0).text());
      }
      byte[] some = socket.getInputStream().readNBytes(random.nextInt(1_000_000));
      assertOwn(new String(some, StandardCharsets.ISO_8859_1));
    }
  }

  private Socket connect() throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(READ_TIMEOUT_MILLIS);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Makes a request without a body, with one of a known length, or with one in chunks. */
  private Ask ask(String route, String manners, int kind) {
    String token = name + 'n' + sequence++;
    tokens.add(token);
    char manner = manners.charAt(random.nextInt(manners.length()));
    int bytes = kind == 0 ? 0 : 51 + random.nextInt(random.nextBoolean() ? 500 : 100_000);
    String head =
        (kind == 0 ? "GET /" : "POST /")
            + route
            + '/'
            + token
            + '/'
            + manner
            + " HTTP/1.1\r\nHost: t\r\nX-API-Key: "
            + key.reveal()
            + "\r\n";
    String text =
        switch (kind) {
          case 0 -> head + "\r\n";
          case 1 -> head + "Content-Length: " + bytes + "\r\n\r\n" + "d".repeat(bytes);
          default ->
              head
                  + "Transfer-Encoding: chunked\r\n\r\n1\r\nd\r\n"
                  + (Integer.toHexString(bytes - 1) + "\r\n" + "d".repeat(bytes - 1))
                  + "\r\n0\r\n\r\n";
        };
    return new Ask(token, manner, bytes, text);
  }

  private static void assertAnswered(Ask ask, Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body())
        .isEqualTo(StormUpstream.body(ask.token(), ask.bodyBytes(), ask.manner()));
  }

  private void assertOwn(String text) {
    Matcher found = TOKEN.matcher(text);
    while (found.find()) {
      // The last may have been read in part.
      assertThat(found.end() == text.length() || tokens.contains(found.group(1)))
          .as(found.group())
          .isTrue();
    }
  }

  private static Answer read(InputStream in) throws IOException {
    String status = readLine(in);
    assertThat(status).startsWith("HTTP/1.1 ");
    int length = -1;
    for (String line = readLine(in); !line.isEmpty(); line = readLine(in)) {
      if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length: ")) {
        length = Integer.parseInt(line.substring("content-length: ".length()));
      }
    }
    String body = length >= 0 ? take(in, length) : readChunks(in);
    return new Answer(Integer.parseInt(status.substring(9, 12)), body);
  }

  private static String readChunks(InputStream in) throws IOException {
    var body = new StringBuilder();
    for (int size = size(in); size > 0; size = size(in)) {
      body.append(take(in, size));
      assertThat(readLine(in)).isEmpty();
    }
    assertThat(readLine(in)).isEmpty();
    return body.toString();
  }

  private static int size(InputStream in) throws IOException {
    return Integer.parseInt(readLine(in), 16);
  }

  private static String take(InputStream in, int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new IOException("cut");
    }
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static String readLine(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new IOException("cut");
      }
      line.append((char) b);
    }
    return line.toString().stripTrailing();
  }
}
