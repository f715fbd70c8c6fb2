package io.tollgate.attack;

import static io.tollgate.attack.Attack.attack;
import static io.tollgate.attack.Http.CLOSE;
import static io.tollgate.attack.Http.HOST;
import static io.tollgate.attack.Http.KEY;
import static io.tollgate.attack.Http.head;

import java.util.List;
import java.util.stream.Stream;

/** The host: exactly one, well-formed, and never where the request is sent. */
final class HostAttacks {
  private static final String RULE = "RFC 9112 3.2";

  private HostAttacks() {}

  static List<Attack> all() {
    return Stream.of(counts(), shapes(), spellings()).flatMap(List::stream).toList();
  }

  private static List<Attack> counts() {
    return List.of(
        with("none", RULE).refused(400),
        with("two that differ", RULE, HOST, "Host: evil.test").refused(400),
        with("two that are equal", RULE, HOST, HOST).refused(400),
        with("an empty one beside a good one", RULE, "Host:", HOST).refused(400),
        with("an empty one", RULE, "Host:").refused(400),
        with("a list", RULE, "Host: edge.test, evil.test").refused(400));
  }

  private static List<Attack> shapes() {
    return List.of(
        with("with userinfo", "RFC 9110 4.2.4", "Host: user@edge.test").refused(400),
        with("with a path", RULE, "Host: edge.test/admin").refused(400),
        with("with a query", RULE, "Host: edge.test?x").refused(400),
        with("with a fragment", RULE, "Host: edge.test#@evil.test").refused(400),
        with("with a backslash", RULE, "Host: edge.test\\evil.test").refused(400),
        with("with a space", RULE, "Host: edge test").refused(400),
        with("with a tab", RULE, "Host: edge\ttest").refused(400),
        with("with a NUL", RULE, "Host: edge.test\0evil.test").refused(400),
        with("with bytes beyond ASCII", RULE, "Host: \303\251dge.test").refused(400),
        with("a port that is no number", RULE, "Host: edge.test:http").refused(400),
        with("a port that is negative", RULE, "Host: edge.test:-80").refused(400),
        with("two ports", RULE, "Host: edge.test:80:81").refused(400),
        with("an IPv6 address without its end", RULE, "Host: [::1").refused(400),
        with("an IPv6 address that is none", RULE, "Host: [evil.test]").refused(400),
        with("an IPv6 address passes", RULE, "Host: [::1]:8080").forwarded("GET /x"));
  }

  private static List<Attack> spellings() {
    return List.of(
        with("a space before the colon", "RFC 9112 5.1", "Host : edge.test").refused(400),
        with("folded over two lines", "RFC 9112 5.2", "Host:", " edge.test")
            .refused(400)
            .toleratedAs("GET /x"),
        with("a second one in a folded line", "Cracking the Lens 2017", HOST, " Host: evil.test")
            .refused(400),
        with("nominated by Connection", "RFC 9110 7.6.1", HOST, "Connection: Host")
            .forwarded("GET /x"),
        attack("HTTP/1.0 may do without", "RFC 9112 3.2")
            .sends(head("GET /x HTTP/1.0", KEY))
            .forwarded("GET /x"),
        attack("HTTP/1.0 may not have two", "RFC 9112 3.2")
            .sends(head("GET /x HTTP/1.0", KEY, HOST, "Host: evil.test"))
            .refused(400));
  }

  private static Attack with(String name, String source, String... lines) {
    String hosts = lines.length == 0 ? "" : String.join("\r\n", lines) + "\r\n";
    return attack(name, source).sends("GET /x HTTP/1.1\r\n" + hosts + head(KEY, CLOSE));
  }
}
