package io.tollgate.attack;

import static io.tollgate.attack.Attack.attack;
import static io.tollgate.attack.Http.CLOSE;
import static io.tollgate.attack.Http.HOST;
import static io.tollgate.attack.Http.KEY;
import static io.tollgate.attack.Http.get;
import static io.tollgate.attack.Http.head;

import java.util.List;
import java.util.stream.Stream;

/** Header fields: a name that is a token, a colon at once, a value without control bytes, CRLF. */
final class HeaderAttacks {
  private static final String NAME = "RFC 9112 5.1";
  private static final String FOLD = "RFC 9112 5.2";
  private static final String VALUE = "RFC 9110 5.5";
  private static final String LINE = "RFC 9112 2.2";
  private static final int KIBI = 1024;

  private HeaderAttacks() {}

  static List<Attack> all() {
    return Stream.of(names(), foldedLines(), values(), lineEnds(), bounds())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Attack> names() {
    return List.of(
        with("a space before the colon", NAME, "X-A : b").refused(400),
        with("a tab before the colon", NAME, "X-A\t: b").refused(400),
        with("a name with a space in it", NAME, "X A: b").refused(400),
        with("an empty name", NAME, ": b").refused(400),
        with("no colon", NAME, "X-A").refused(400).toleratedAs("GET /x"),
        with("a name with a NUL", NAME, "X-\0A: b").refused(400),
        with("a name with a parenthesis", NAME, "X-(A): b").refused(400).toleratedAs("GET /x"),
        with("a name with a byte beyond ASCII", NAME, "X-\303\204: b")
            .refused(400)
            .toleratedAs("GET /x"),
        with("a name in quotes", NAME, "\"X-A\": b").refused(400).toleratedAs("GET /x"));
  }

  private static List<Attack> foldedLines() {
    return List.of(
        with("a folded value", FOLD, "X-A: b", " c").refused(400).toleratedAs("GET /x"),
        with("a value folded with a tab", FOLD, "X-A: b", "\tc").refused(400).toleratedAs("GET /x"),
        with("a line of white space", FOLD, "X-A: b", " ").refused(400).toleratedAs("GET /x"),
        attack("the first line is a folded one", FOLD)
            .sends("GET /x HTTP/1.1\r\n X-A: b\r\n" + head(HOST, KEY, CLOSE))
            .refused(400),
        with("a folded line hides a header", "CVE-2019-16785", "X-A: b", " Tollgate-Key-Id: forged")
            .refused(400)
            .toleratedAs("GET /x"));
  }

  private static List<Attack> values() {
    return List.of(
        with("a NUL in a value", VALUE, "X-A: b\0c").refused(400),
        with("a bare CR in a value", VALUE, "X-A: b\rTollgate-Key-Id: forged").refused(400),
        with("a bare LF in a value", VALUE, "X-A: b\nTollgate-Key-Id: forged")
            .refused(400)
            .toleratedAs("GET /x"),
        with("a control byte in a value", VALUE, "X-A: b\1c").refused(400),
        with("an escape sequence in a value", "terminal injection", "X-A: \33[2J").refused(400),
        with("a DEL in a value", VALUE, "X-A: b\177c").refused(400),
        with("a tab in a value passes", VALUE, "X-A: b\tc").forwarded("GET /x"),
        with("an empty value passes", VALUE, "X-A:").forwarded("GET /x"),
        with("bytes beyond ASCII in a value", VALUE, "X-A: \303\251")
            .refused(400)
            .forwarded("GET /x"),
        with("equal names pass in their order", "RFC 9110 5.3", "X-A: 1", "X-A: 2")
            .forwarded("GET /x")
            .upstreamHas("x-a: 1", "x-a: 2"));
  }

  private static List<Attack> lineEnds() {
    return List.of(
        attack("a header line ends with CR CR LF", LINE)
            .sends("GET /x HTTP/1.1\r\nX-A: b\r\r\n" + head(HOST, KEY, CLOSE))
            .refused(400)
            .toleratedAs("GET /x"),
        attack("a header line ends with a bare LF", LINE)
            .sends("GET /x HTTP/1.1\r\nX-A: b\n" + head(HOST, KEY, CLOSE))
            .refused(400)
            .toleratedAs("GET /x"),
        attack("the head ends with a bare LF", LINE)
            .sends(String.join("\r\n", "GET /x HTTP/1.1", HOST, KEY, CLOSE) + "\r\n\n")
            .refused(400)
            .toleratedAs("GET /x"),
        attack("all lines end with a bare LF", LINE)
            .sends(String.join("\n", "GET /x HTTP/1.1", HOST, KEY, CLOSE) + "\n\n")
            .refused(400)
            .toleratedAs("GET /x"),
        attack("all lines end with a bare CR", LINE)
            .sends(String.join("\r", "GET /x HTTP/1.1", HOST, KEY, CLOSE) + "\r\r")
            .then(new Step.EndSending())
            .cutWith(400),
        attack("the head ends with LF CR LF", LINE)
            .sends(String.join("\r\n", "GET /x HTTP/1.1", HOST, KEY, CLOSE) + "\n\r\n")
            .refused(400)
            .toleratedAs("GET /x"));
  }

  private static List<Attack> bounds() {
    return List.of(
        with("a hundred headers in all pass", "positive control", numbered(97)).forwarded("GET /x"),
        with("more than a hundred headers", "CVE-2011-4461", numbered(120))
            .refused(431, 400)
            .toleratedAs("GET /x"),
        with("a header of 33 KiB", "RFC 6585 5", "X-A: " + "b".repeat(33 * KIBI)).refused(431, 400),
        with("a header block of 33 KiB", "RFC 6585 5", wide(40)).refused(431, 400),
        with("a header block of 15 KiB passes", "RFC 9112 5", wide(18)).forwarded("GET /x"),
        with("a header name of 33 KiB", "RFC 6585 5", "X" + "a".repeat(33 * KIBI) + ": b")
            .refused(431, 400),
        attack("a request line of 9 KiB", "RFC 9110 15.5.15")
            .sends(get("/" + "x".repeat(9 * KIBI)))
            .refused(414)
            .toleratedAs("GET /" + "x".repeat(9 * KIBI)),
        attack("a request line of 7 KiB passes", "RFC 9112 3")
            .sends(get("/" + "x".repeat(7 * KIBI)))
            .forwarded("GET /" + "x".repeat(7 * KIBI)),
        attack("a request line of 40 KiB", "RFC 9110 15.5.15")
            .sends(get("/?" + "x".repeat(40 * KIBI)))
            .refused(414, 431));
  }

  private static Attack with(String name, String source, String... lines) {
    return attack(name, source).sends(get("/x", lines));
  }

  private static String[] numbered(int count) {
    var lines = new String[count];
    for (int i = 0; i < count; i++) {
      lines[i] = "X-" + i + ": " + i;
    }
    return lines;
  }

  /** Returns headers of some 850 bytes each. */
  private static String[] wide(int count) {
    var lines = new String[count];
    for (int i = 0; i < count; i++) {
      lines[i] = "X-" + i + ": " + "b".repeat(840);
    }
    return lines;
  }
}
