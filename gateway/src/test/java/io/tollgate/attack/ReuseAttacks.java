package io.tollgate.attack;

import static io.tollgate.attack.Attack.attack;
import static io.tollgate.attack.Http.CLOSE;
import static io.tollgate.attack.Http.HOST;
import static io.tollgate.attack.Http.KEY;
import static io.tollgate.attack.Http.get;
import static io.tollgate.attack.Http.getKept;
import static io.tollgate.attack.Http.head;
import static io.tollgate.attack.Http.post;

import java.util.List;
import java.util.stream.Stream;

/**
 * Connections to the upstream that must not be used again. Whether an innocent client gets
 * another's response is tried after each case of the suite; these set the trap with care.
 */
final class ReuseAttacks {
  private static final String QUEUE = "response queue poisoning, PortSwigger 2021";
  private static final String RULE = "RFC 9112 9.6";
  private static final String OK = head("HTTP/1.1 200 OK", "Content-Length: 2") + "ok";
  private static final String EVIL = head("HTTP/1.1 200 OK", "Content-Length: 4") + "evil";

  private ReuseAttacks() {}

  static List<Attack> all() {
    return Stream.of(speaking(), ending(), doubled(), left()).flatMap(List::stream).toList();
  }

  private static List<Attack> speaking() {
    return List.of(
        unasked("a whole response while nobody asks", QUEUE, EVIL),
        unasked("half a response while nobody asks", QUEUE, "HTTP/1.1 200 OK\r\nX: "),
        unasked("one byte while nobody asks", QUEUE, "x"),
        unasked("an empty line while nobody asks", QUEUE, "\r\n"),
        unasked("an interim response while nobody asks", QUEUE, head("HTTP/1.1 100 Continue")),
        unasked(
            "408 while nobody asks",
            "RFC 9110 15.5.9",
            head("HTTP/1.1 408 Timeout", "Connection: close", "Content-Length: 0")));
  }

  private static List<Attack> ending() {
    return List.of(
        attack("reuse: a good connection is used again", "positive control")
            .sends(getKept("/1") + get("/2"))
            .forwarded("GET /1", "GET /2"),
        attack("reuse: the upstream closes without a word", "RFC 9112 9.3.1")
            .sends(get("/x"))
            .replied(Reply.of(OK).thenCloses())
            .forwarded("GET /x"),
        announced("close", head("HTTP/1.1 200 OK", CLOSE, "Content-Length: 2") + "ok"),
        announced(
            "close in a list",
            head("HTTP/1.1 200 OK", "Connection: X, Close", "Content-Length: 2") + "ok"),
        announced("HTTP/1.0", head("HTTP/1.0 200 OK", "Content-Length: 2") + "ok"));
  }

  private static List<Attack> doubled() {
    return List.of(
        attack("reuse: two responses to each of two pipelined requests", QUEUE)
            .sends(getKept("/1") + get("/2"))
            .replied(Reply.of(OK + EVIL))
            .forwarded("GET /1", "GET /2")
            .answered(502, "GET /1")
            .clientLacks("evil")
            .burnsConnection(),
        attack("reuse: two responses, the second in a piece of its own", QUEUE)
            .sends(post("/x", "Content-Length: 0"))
            .replied(Reply.of(OK.substring(0, OK.length() - 1), "k" + EVIL))
            .forwarded("POST /x")
            .answered(502, "POST /x")
            .clientLacks("evil")
            .burnsConnection());
  }

  private static List<Attack> left() {
    return List.of(
        attack("reuse: an early response, and the client sends on", "RFC 9112 9.5")
            .sendsApart(
                head("POST /x HTTP/1.1", HOST, KEY, CLOSE, "Content-Length: 300000"),
                "x".repeat(100_000),
                "x".repeat(200_000))
            .replied(Reply.of(OK).early())
            .forwarded("POST /x")
            .answeredEarly(200),
        attack("reuse: a client that leaves with half its body sent", "RFC 9112 9.5")
            .sendsApart(post("/x", "Content-Length: 100"), "half")
            .then(new Step.Leave())
            .left("POST /x")
            .burnsConnection(),
        attack("reuse: a client that leaves while it is answered", "RFC 9112 9.5")
            .sends(get("/x"))
            .replied(Reply.of(head("HTTP/1.1 200 OK", "Content-Length: 100") + "half"))
            .then(new Step.AwaitBytes(), new Step.Leave())
            .left("GET /x")
            .burnsConnection(),
        attack("reuse: a client that leaves before it is answered", "RFC 9112 9.5")
            .sends(get("/x"))
            .replied(Reply.SILENCE)
            .then(new Step.AwaitUpstream(), new Step.Leave())
            .left("GET /x")
            .burnsConnection());
  }

  /** The response before was whole and good, so the client has it; then the connection speaks. */
  private static Attack unasked(String name, String source, String bytes) {
    return attack("reuse: " + name, source)
        .sends(get("/x"))
        .replied(Reply.of(OK).thenUnasked(bytes))
        .forwarded("GET /x")
        .burnsConnection();
  }

  private static Attack announced(String name, String response) {
    return attack("reuse: the upstream announces the end: " + name, RULE)
        .sends(get("/x"))
        .replied(Reply.of(response))
        .forwarded("GET /x")
        .burnsConnection();
  }
}
