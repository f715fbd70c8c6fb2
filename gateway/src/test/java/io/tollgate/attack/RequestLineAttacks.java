package io.tollgate.attack;

import static io.tollgate.attack.Attack.attack;
import static io.tollgate.attack.Http.CLOSE;
import static io.tollgate.attack.Http.HOST;
import static io.tollgate.attack.Http.KEY;
import static io.tollgate.attack.Http.get;
import static io.tollgate.attack.Http.head;

import java.util.List;
import java.util.stream.Stream;

/** The first line: one method, one target, one version, one space between them, CRLF. */
final class RequestLineAttacks {
  private static final int[] NO_SUCH_METHOD = {400, 405, 501};
  private static final int[] NO_SUCH_VERSION = {400, 505};
  private static final String REST = head("", HOST, KEY, CLOSE);

  private RequestLineAttacks() {}

  static List<Attack> all() {
    return Stream.of(plain(), whiteSpace(), lineEnds(), versions(), methods())
        .flatMap(List::stream)
        .toList();
  }

  /** Positive control: all the others differ from this one. */
  private static List<Attack> plain() {
    return List.of(
        line("a plain request passes", "RFC 9112 3", "GET /x HTTP/1.1").forwarded("GET /x"));
  }

  private static List<Attack> whiteSpace() {
    return List.of(
        line("a space before the method", "RFC 9112 2.2", " GET /x HTTP/1.1").refused(400),
        line("a tab after the method", "RFC 9112 3", "GET\t/x HTTP/1.1")
            .refused(400)
            .toleratedAs("GET /x"),
        line("a tab before the version", "RFC 9112 3", "GET /x\tHTTP/1.1")
            .refused(400)
            .toleratedAs("GET /x"),
        line("two spaces after the method", "RFC 9112 3", "GET  /x HTTP/1.1")
            .refused(400)
            .toleratedAs("GET /x"),
        line("two spaces before the version", "RFC 9112 3", "GET /x  HTTP/1.1")
            .refused(400)
            .toleratedAs("GET /x"),
        line("a space after the version", "RFC 9112 3", "GET /x HTTP/1.1 ")
            .refused(400)
            .toleratedAs("GET /x"),
        line("a vertical tab for a space", "RFC 9112 3", "GET\013/x HTTP/1.1")
            .refused(400)
            .toleratedAs("GET /x"),
        line("a form feed for a space", "RFC 9112 3", "GET /x\fHTTP/1.1")
            .refused(400)
            .toleratedAs("GET /x"),
        line("a no-break space for a space", "RFC 9112 3", "GET\240/x HTTP/1.1").refused(400),
        line("a space in the target", "RFC 9112 3.2", "GET /x /y HTTP/1.1").refused(400));
  }

  private static List<Attack> lineEnds() {
    return List.of(
        attack("the line ends with a bare LF", "RFC 9112 2.2")
            .sends("GET /x HTTP/1.1\n" + head(HOST, KEY, CLOSE))
            .refused(400)
            .toleratedAs("GET /x"),
        attack("the line ends with a bare CR", "RFC 9112 2.2")
            .sends("GET /x HTTP/1.1\r" + head(HOST, KEY, CLOSE))
            .refused(400),
        attack("the line ends with CR CR LF", "RFC 9112 2.2")
            .sends("GET /x HTTP/1.1\r\r\n" + head(HOST, KEY, CLOSE))
            .refused(400),
        line(
                "a bare CR hides a second request line",
                "RFC 9112 2.2",
                "GET /x HTTP/1.1\rGET /smuggled HTTP/1.1")
            .refused(400),
        line("a bare LF for a space", "RFC 9112 3", "GET\n/x HTTP/1.1").refused(400),
        attack("one empty line before it", "RFC 9112 2.2")
            .sends("\r\n" + get("/x"))
            .refused(400)
            .forwarded("GET /x"),
        attack("a bare LF before it", "RFC 9112 2.2")
            .sends("\n" + get("/x"))
            .refused(400)
            .toleratedAs("GET /x"),
        attack("a NUL before it", "RFC 9112 3").sends("\0" + get("/x")).refused(400));
  }

  private static List<Attack> versions() {
    return List.of(
        attack("no version at all", "HTTP/0.9").sends("GET /x" + REST).refused(NO_SUCH_VERSION),
        line("HTTP/0.9 by name", "RFC 9112 2.3", "GET /x HTTP/0.9").refused(NO_SUCH_VERSION),
        line("HTTP/1.2", "RFC 9112 2.3", "GET /x HTTP/1.2")
            .refused(NO_SUCH_VERSION)
            .toleratedAs("GET /x"),
        line("HTTP/2.0 in text", "RFC 9113 3", "GET /x HTTP/2.0").refused(NO_SUCH_VERSION),
        line("HTTP/1.10", "RFC 9112 2.3", "GET /x HTTP/1.10").refused(NO_SUCH_VERSION),
        line("HTTP/01.1", "RFC 9112 2.3", "GET /x HTTP/01.1").refused(NO_SUCH_VERSION),
        line("http/1.1 in lower case", "RFC 9112 2.3", "GET /x http/1.1").refused(NO_SUCH_VERSION),
        line("another protocol", "RFC 9112 2.3", "GET /x RTSP/1.1").refused(NO_SUCH_VERSION),
        line("a NUL after the version", "RFC 9112 2.3", "GET /x HTTP/1.1\0")
            .refused(NO_SUCH_VERSION),
        attack("the preface of HTTP/2", "RFC 9113 3.4")
            .sends("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "\0\0\0\4\0\0\0\0\0")
            .refused(400, 405, 501, 505),
        attack("a TLS hello where none is spoken", "RFC 8446 4.1.2")
            .sends("\26\3\1\0\10\1\0\0\4\3\3\0\0\r\n\r\n")
            .cutWith(400));
  }

  private static List<Attack> methods() {
    return List.of(
        line("CONNECT to another host", "RFC 9110 9.3.6", "CONNECT evil.test:443 HTTP/1.1")
            .refused(NO_SUCH_METHOD),
        line("CONNECT with a path", "RFC 9110 9.3.6", "CONNECT /x HTTP/1.1")
            .refused(NO_SUCH_METHOD),
        line("TRACE, which would show the gateway's headers", "RFC 9110 9.3.8", "TRACE /x HTTP/1.1")
            .refused(NO_SUCH_METHOD),
        line("a method that nobody knows", "RFC 9110 9.1", "FETCH /x HTTP/1.1")
            .refused(NO_SUCH_METHOD)
            .toleratedAs("FETCH /x"),
        line("a method in lower case", "RFC 9110 9.1", "get /x HTTP/1.1").refused(NO_SUCH_METHOD),
        line("a method with a byte that no token has", "RFC 9110 5.6.2", "GE@T /x HTTP/1.1")
            .refused(NO_SUCH_METHOD),
        line("a NUL in the method", "RFC 9110 5.6.2", "GE\0T /x HTTP/1.1").refused(NO_SUCH_METHOD),
        line("a method of ten thousand letters", "RFC 9112 3", "G".repeat(10_000) + " /x HTTP/1.1")
            .refused(400, 405, 414, 431, 501),
        line("no target", "RFC 9112 3", "GET HTTP/1.1").refused(400),
        line("no method", "RFC 9112 3", "/x HTTP/1.1").refused(NO_SUCH_METHOD),
        line("PUT, PATCH and the like pass", "RFC 9110 9", "DELETE /x HTTP/1.1")
            .forwarded("DELETE /x"));
  }

  private static Attack line(String name, String source, String line) {
    return attack(name, source).sends(head(line, HOST, KEY, CLOSE));
  }
}
