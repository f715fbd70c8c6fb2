package io.tollgate.attack;

import static io.tollgate.attack.Attack.attack;
import static io.tollgate.attack.Http.CLOSE;
import static io.tollgate.attack.Http.HOST;
import static io.tollgate.attack.Http.KEY;
import static io.tollgate.attack.Http.get;
import static io.tollgate.attack.Http.head;
import static io.tollgate.attack.Http.post;

import java.util.List;
import java.util.stream.Stream;

/** What an upstream may answer that is no answer: 502, or the client is cut if it is too late. */
final class ResponseAttacks {
  private static final String STATUS = "RFC 9112 4";
  private static final String FIELDS = "RFC 9112 5";
  private static final String FRAMING = "RFC 9112 6.3";
  private static final String CHUNKS = "RFC 9112 7.1";
  private static final String OK = "HTTP/1.1 200 OK";
  private static final String TWO = "Content-Length: 2";
  private static final String CHUNKED = "Transfer-Encoding: chunked";
  private static final String SPLIT = "Tollgate-Key-Id: forged";

  private ResponseAttacks() {}

  static List<Attack> all() {
    return Stream.of(
            statusLines(), fields(), framing(), chunks(), interim(), bodiless(), ends(), rebuilt())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Attack> statusLines() {
    return List.of(
        good("a plain one passes", STATUS, head(OK, TWO) + "ok"),
        bad("a status of four digits", STATUS, head("HTTP/1.1 2000 OK", TWO) + "ok"),
        bad("a status of two digits", STATUS, head("HTTP/1.1 20 OK", TWO) + "ok"),
        bad("a status that is no number", STATUS, head("HTTP/1.1 2xx OK", TWO) + "ok"),
        bad("a status of 099", STATUS, head("HTTP/1.1 099 OK", TWO) + "ok"),
        bad("a negative status", STATUS, head("HTTP/1.1 -200 OK", TWO) + "ok"),
        bad("two spaces before the status", STATUS, head("HTTP/1.1  200 OK", TWO) + "ok"),
        bad("no space before the status", STATUS, head("HTTP/1.1200 OK", TWO) + "ok"),
        bad("HTTP/2.0 in text", STATUS, head("HTTP/2.0 200 OK", TWO) + "ok"),
        bad("HTTP/0.9", "HTTP/0.9", "<html>ok</html>").replied(closing("<html>ok</html>")),
        bad("another protocol", STATUS, head("ICY 200 OK", TWO) + "ok"),
        bad("a space before it", STATUS, ' ' + head(OK, TWO) + "ok"),
        good("an empty line before it", STATUS, "\r\n" + head(OK, TWO) + "ok")
            .answered(502, "POST /x"),
        bad("a NUL in the reason", STATUS, head("HTTP/1.1 200 O\0K", TWO) + "ok"),
        bad("a bare CR in the reason", STATUS, head("HTTP/1.1 200 O\rK", TWO) + "ok"),
        bad("a reason of 100 KiB", STATUS, head(OK + "K".repeat(100 * 1024), TWO) + "ok"));
  }

  private static List<Attack> fields() {
    return List.of(
        bad("all lines end with a bare LF", FIELDS, OK + "\n" + TWO + "\n\nok")
            .toleratedAs("POST /x"),
        bad("a header line ends with a bare LF", FIELDS, OK + "\r\nX: y\n" + head(TWO) + "ok")
            .toleratedAs("POST /x"),
        bad("a bare LF in a value splits it", "CWE-113", head(OK, "X: y\n" + SPLIT, TWO) + "ok")
            .clientLacks("forged"),
        bad("a bare CR in a value", "CWE-113", head(OK, "X: y\r" + SPLIT, TWO) + "ok")
            .clientLacks("forged"),
        bad("a NUL in a value", FIELDS, head(OK, "X: y\0z", TWO) + "ok"),
        bad("a control byte in a value", FIELDS, head(OK, "X: y\1z", TWO) + "ok"),
        bad("a folded value", "RFC 9112 5.2", head(OK, "X: y", " z", TWO) + "ok")
            .toleratedAs("POST /x"),
        bad("a folded length", "RFC 9112 5.2", head(OK, "Content-Length:", " 2") + "ok")
            .toleratedAs("POST /x"),
        bad("a space before the colon", "RFC 9112 5.1", head(OK, "X : y", TWO) + "ok")
            .toleratedAs("POST /x"),
        bad("an empty name", FIELDS, head(OK, ": y", TWO) + "ok"),
        bad("no colon", FIELDS, head(OK, "X", TWO) + "ok"),
        bad("a name with a NUL", FIELDS, head(OK, "X\0: y", TWO) + "ok"),
        bad("a name with a space", FIELDS, head(OK, "X Y: z", TWO) + "ok"),
        bad("a header of 300 KiB", "CWE-770", head(OK, "X: " + "y".repeat(300_000), TWO)),
        bad("headers without an end", "CWE-400", OK + "\r\n" + "X: y\r\n".repeat(60_000)));
  }

  private static List<Attack> framing() {
    return List.of(
        bad("a length and chunks", FRAMING, head(OK, TWO, CHUNKED) + "2\r\nok\r\n0\r\n\r\n")
            .toleratedAs("POST /x"),
        bad("two lengths that differ", FRAMING, head(OK, TWO, "Content-Length: 3") + "oki"),
        bad("two lengths that are equal", FRAMING, head(OK, TWO, TWO) + "ok")
            .toleratedAs("POST /x"),
        bad("a list of lengths that differ", FRAMING, head(OK, "Content-Length: 2, 3") + "oki"),
        bad("a length with a plus sign", FRAMING, head(OK, "Content-Length: +2") + "ok"),
        bad("a negative length", FRAMING, head(OK, "Content-Length: -2") + "ok"),
        bad("a hexadecimal length", FRAMING, head(OK, "Content-Length: 0x2") + "ok"),
        bad("an empty length", FRAMING, head(OK, "Content-Length:") + "ok"),
        bad(
            "2 to the 64th and 2",
            "integer overflow",
            head(OK, "Content-Length: 18446744073709551618") + "ok"),
        bad("chunked twice", FRAMING, head(OK, CHUNKED, CHUNKED) + "2\r\nok\r\n0\r\n\r\n"),
        bad(
            "chunked before another coding",
            FRAMING,
            head(OK, "Transfer-Encoding: chunked, gzip") + "2\r\nok\r\n0\r\n\r\n"),
        bad("xchunked", FRAMING, head(OK, "Transfer-Encoding: xchunked") + "2\r\nok\r\n0\r\n\r\n"),
        bad(
            "chunks in HTTP/1.0",
            "RFC 9112 6.1",
            head("HTTP/1.0 200 OK", CHUNKED) + "2\r\nok\r\n0\r\n\r\n"));
  }

  private static List<Attack> chunks() {
    return List.of(
        good("plain chunks pass", CHUNKS, head(OK, CHUNKED) + "2\r\nok\r\n0\r\n\r\n"),
        chunks("a size that is no number", "zz\r\nok\r\n0\r\n\r\n"),
        chunks("a negative size", "-2\r\nok\r\n0\r\n\r\n"),
        chunks("a size with 0x", "0x2\r\nok\r\n0\r\n\r\n"),
        chunks("a size ended by a bare LF", "2\nok\r\n0\r\n\r\n").toleratedAs("POST /x"),
        chunks("an extension ended by a bare LF", "2;a\nok\r\n0\r\n\r\n").toleratedAs("POST /x"),
        chunks("data longer than its size", "2\r\nokay\r\n0\r\n\r\n"),
        chunks("data ended by a bare LF", "2\r\nok\n0\r\n\r\n").toleratedAs("POST /x"),
        chunks("2 to the 64th and 2", "10000000000000002\r\nok\r\n0\r\n\r\n"),
        chunks("a bad trailer", "2\r\nok\r\n0\r\nX Y\r\n\r\n"),
        chunks("an end in the midst of one", "5\r\nok")
            .replied(closing(head(OK, CHUNKED) + "5\r\nok")),
        chunks("an end before the last one", "")
            .replied(closing(head(OK, CHUNKED) + "2\r\nok\r\n")));
  }

  private static List<Attack> interim() {
    String end = head(OK, TWO) + "ok";
    return List.of(
        good("100 before it is skipped", "RFC 9110 15.2", head("HTTP/1.1 100 Continue") + end)
            .toleratedAs("POST /x")
            .clientLacks("100 continue"),
        good("102 before it is skipped", "RFC 2518", head("HTTP/1.1 102 Processing") + end),
        good("103 before it is skipped", "RFC 8297", head("HTTP/1.1 103 Hints", "Link: x") + end),
        good(
            "several before it",
            "RFC 9110 15.2",
            head("HTTP/1.1 100 Continue").repeat(2) + head("HTTP/1.1 103 Hints", "Link: x") + end),
        good(
                "an interim one with a length has no body",
                "RFC 9112 6.3",
                head("HTTP/1.1 100 Continue", "Content-Length: 5") + end)
            .answered(502, "POST /x"),
        good("a thousand before it", "CWE-400", head("HTTP/1.1 100 Continue").repeat(1_000) + end)
            .answered(502, "POST /x"),
        bad(
            "101 that nobody asked for",
            "RFC 9110 15.2.2",
            head("HTTP/1.1 101 Switching Protocols", "Upgrade: x", "Connection: upgrade")),
        attack("response: 101 to a client that asked", "RFC 9110 7.8")
            .sends(get("/x", "Upgrade: x", "Connection: upgrade"))
            .replied(Reply.of(head("HTTP/1.1 101 Switching Protocols", "Upgrade: x")))
            .answered(502, "GET /x")
            .burnsConnection());
  }

  private static List<Attack> bodiless() {
    return List.of(
        attack("response: a HEAD's with a body", "RFC 9112 6.3")
            .sends(head("HEAD /x HTTP/1.1", HOST, KEY, CLOSE))
            .replied(Reply.of(head(OK, TWO) + "ok"))
            .answered(200, "HEAD /x")
            .answered(502, "HEAD /x")
            .burnsConnection(),
        attack("response: a HEAD's with another response for a body", "RFC 9112 6.3")
            .sends(head("HEAD /x HTTP/1.1", HOST, KEY, CLOSE))
            .replied(Reply.of(head(OK, TWO) + head(OK, "Content-Length: 4") + "evil"))
            .answered(200, "HEAD /x")
            .answered(502, "HEAD /x")
            .clientLacks("evil")
            .burnsConnection(),
        bodiless("204 with a body", head("HTTP/1.1 204 None") + "evil", 204),
        bodiless("204 with a length and a body", head("HTTP/1.1 204 None", TWO) + "ok", 204),
        bodiless("204 with chunks", head("HTTP/1.1 204 None", CHUNKED) + "0\r\n\r\n", 204),
        bodiless("304 with a length and a body", head("HTTP/1.1 304 Same", TWO) + "ok", 304),
        bodiless(
            "204 with another response behind", head("HTTP/1.1 204 None") + head(OK, TWO), 204),
        attack("response: 304 with a length alone is whole", "RFC 9110 15.4.5")
            .sends(get("/x"))
            .replied(Reply.of(head("HTTP/1.1 304 Same", "Content-Length: 5")))
            .answered(304, "GET /x"));
  }

  private static List<Attack> ends() {
    return List.of(
        bad("none, and the end", FRAMING, "").replied(closing("")),
        bad("half a status line, and the end", FRAMING, "").replied(closing("HTTP/1.1 20")),
        bad("half a head, and the end", FRAMING, "").replied(closing(OK + "\r\nX: y\r\n")),
        attack("response: half a body, and the end", FRAMING)
            .sends(post("/x"))
            .replied(closing(head(OK, "Content-Length: 10") + "half"))
            .cut("POST /x")
            .answered(502, "POST /x"),
        good("a body that ends with the connection", FRAMING, "").replied(closing(head(OK) + "ok")),
        good("one of HTTP/1.0", FRAMING, "").replied(closing(head("HTTP/1.0 200 OK") + "ok")),
        attack("response: bytes after the end", FRAMING)
            .sends(post("/x"))
            .replied(Reply.of(head(OK, TWO) + "okevil"))
            .forwarded("POST /x")
            .answered(502, "POST /x")
            .clientLacks("evil")
            .burnsConnection(),
        attack("response: bytes after the last chunk", FRAMING)
            .sends(post("/x"))
            .replied(Reply.of(head(OK, CHUNKED) + "2\r\nok\r\n0\r\n\r\nevil"))
            .forwarded("POST /x")
            .answered(502, "POST /x")
            .cut("POST /x")
            .clientLacks("evil")
            .burnsConnection(),
        attack("response: another one behind it", "response queue poisoning, PortSwigger 2021")
            .sends(post("/x"))
            .replied(Reply.of(head(OK, TWO) + "ok" + head(OK, "Content-Length: 4") + "evil"))
            .forwarded("POST /x")
            .answered(502, "POST /x")
            .clientLacks("evil")
            .burnsConnection(),
        attack("response: it comes before the request is whole", "RFC 9112 9.5")
            .sendsApart(post("/x", "Content-Length: 100000"), "half")
            .replied(Reply.of(head("HTTP/1.1 413 Too Large", TWO) + "ok").early())
            .answeredEarly(413)
            .burnsConnection());
  }

  private static List<Attack> rebuilt() {
    return List.of(
        good(
                "an identity of the gateway's ends here",
                "header trust",
                head(OK, "Tollgate-Key-Id: forged", "tollgate_subject: forged", TWO) + "ok")
            .clientLacks("forged"),
        good(
                "what Connection nominates ends here",
                "RFC 9110 7.6.1",
                head(OK, "Connection: X-Once, keep-alive", "X-Once: secret", TWO) + "ok")
            .clientLacks("x-once"),
        good(
                "Connection can't nominate the length",
                "RFC 9110 7.6.1",
                head(OK, "Connection: content-length", TWO) + "ok")
            .answered(502, "POST /x"),
        good(
                "headers of one hop end here",
                "RFC 9110 7.6.1",
                head(
                        OK,
                        "Keep-Alive: timeout=999",
                        "Upgrade: h2c",
                        "Proxy-Authenticate: Basic",
                        "Proxy-Connection: close",
                        TWO)
                    + "ok")
            .clientLacks("timeout=999", "upgrade", "proxy-authenticate", "proxy-connection"),
        good(
                "chunk extensions and trailers end here",
                "RFC 9112 7.1.1",
                head(OK, CHUNKED) + "2;a=b\r\nok\r\n0\r\nX-Trailer: secret\r\n\r\n")
            .clientLacks(";a=b"),
        good(
                "equal names pass in their order",
                "RFC 6265 3",
                head(OK, "Set-Cookie: a=1", "Set-Cookie: b=2", TWO) + "ok")
            .clientHas("set-cookie: a=1", "set-cookie: b=2"),
        attack("response: a 502 does not say where the upstream is", "CWE-209")
            .sends(post("/x"))
            .replied(Reply.of("SSH-2.0-OpenSSH\r\n\r\n"))
            .answered(502, "POST /x")
            .clientLacks("ssh", "127.0.0.1", "exception"));
  }

  private static Reply closing(String bytes) {
    return Reply.of(bytes).thenCloses();
  }

  private static Attack good(String name, String source, String reply) {
    return attack("response: " + name, source)
        .sends(post("/x"))
        .replied(Reply.of(reply))
        .forwarded("POST /x");
  }

  private static Attack bad(String name, String source, String reply) {
    return attack("response: " + name, source)
        .sends(post("/x"))
        .replied(Reply.of(reply))
        .answered(502, "POST /x")
        .burnsConnection();
  }

  private static Attack chunks(String name, String chunks) {
    return bad("chunks with " + name, CHUNKS, head(OK, CHUNKED) + chunks).cut("POST /x");
  }

  /** The head says it all: the rest is a doubt about the connection, not about the response. */
  private static Attack bodiless(String name, String reply, int status) {
    return attack("response: " + name, "RFC 9112 6.3")
        .sends(get("/x"))
        .replied(Reply.of(reply))
        .answered(status, "GET /x")
        .answered(502, "GET /x")
        .clientLacks("evil")
        .burnsConnection();
  }
}
