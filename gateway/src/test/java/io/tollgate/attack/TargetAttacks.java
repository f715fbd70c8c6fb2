package io.tollgate.attack;

import static io.tollgate.attack.Attack.attack;
import static io.tollgate.attack.Http.CLOSE;
import static io.tollgate.attack.Http.HOST;
import static io.tollgate.attack.Http.KEY;
import static io.tollgate.attack.Http.get;
import static io.tollgate.attack.Http.head;

import java.util.List;
import java.util.stream.Stream;

/**
 * The target: a path in one spelling, which the scope check and the upstream read alike.
 *
 * <p>Other proxies may pass on unchanged what is a valid URI; whether that opens a way around a
 * scope is tried in {@link ScopeAttacks}.
 */
final class TargetAttacks {
  private static final String PATH_RULE = "RFC 3986 6.2.2";
  private static final String ORANGE = "Breaking Parser Logic, Black Hat 2018";

  private TargetAttacks() {}

  static List<Attack> all() {
    return Stream.of(
            forms(), dotSegments(), disguisedDots(), separators(), fragments(), bytes(), queries())
        .flatMap(List::stream)
        .toList();
  }

  /** Forms that are not origin-form. */
  private static List<Attack> forms() {
    return List.of(
        target("absolute form", "RFC 9112 3.2.2", "http://edge.test/x")
            .refused(400)
            .toleratedAs("GET /x"),
        target(
                "absolute form of another host",
                "SSRF, Cracking the Lens 2017",
                "http://evil.test/x")
            .refused(400)
            .toleratedAs("GET /x"),
        target("absolute form of another scheme", "RFC 9112 3.2.2", "gopher://evil.test/x")
            .refused(400)
            .toleratedAs("GET /x"),
        target("authority form", "RFC 9112 3.2.3", "edge.test:80").refused(400),
        target("asterisk form of a GET", "RFC 9112 3.2.4", "*").refused(400),
        attack("asterisk form of OPTIONS", "RFC 9112 3.2.4")
            .sends(head("OPTIONS * HTTP/1.1", HOST, KEY, CLOSE))
            .refused(400),
        target("no slash at the beginning", "RFC 9112 3.2.1", "x").refused(400),
        target("userinfo instead of a path", "CVE-2021-40438", "@evil.test/x").refused(400),
        target("a port instead of a path", "Cracking the Lens 2017", ":80/x").refused(400),
        target("a query instead of a path", "RFC 9112 3.2.1", "?a=b").refused(400));
  }

  private static List<Attack> dotSegments() {
    return List.of(
        target("a dot-dot segment", PATH_RULE, "/x/../y").refused(400).toleratedAs("GET /x/../y"),
        target("a dot-dot segment at the root", PATH_RULE, "/../x")
            .refused(400)
            .toleratedAs("GET /../x"),
        target("a dot-dot segment at the end", PATH_RULE, "/x/..")
            .refused(400)
            .toleratedAs("GET /x/.."),
        target("a dot segment", PATH_RULE, "/./x").refused(400).toleratedAs("GET /./x"),
        target("a dot segment at the end", PATH_RULE, "/x/.").refused(400).toleratedAs("GET /x/."),
        target("an encoded dot-dot segment", PATH_RULE, "/x/%2e%2e/y")
            .refused(400)
            .toleratedAs("GET /x/%2e%2e/y"),
        target("a half-encoded dot-dot segment", PATH_RULE, "/x/.%2E/y")
            .refused(400)
            .toleratedAs("GET /x/.%2E/y"),
        target("an encoded dot segment", PATH_RULE, "/%2e/x")
            .refused(400)
            .toleratedAs("GET /%2e/x"));
  }

  private static List<Attack> disguisedDots() {
    return List.of(
        target("dots with a path parameter", ORANGE, "/x/..;/y")
            .refused(400)
            .toleratedAs("GET /x/..;/y"),
        target("dots with an encoded NUL", ORANGE, "/x/..%00/y").refused(400),
        target("three dots are a name", PATH_RULE, "/x/.../y").forwarded("GET /x/.../y"),
        target("dots of doubled encoding", "CVE-2021-42013", "/x/%252e%252e/y")
            .refused(400)
            .toleratedAs("GET /x/%252e%252e/y"),
        target("dots of overlong UTF-8", "CVE-2000-0884", "/x/%c0%ae%c0%ae/y")
            .refused(400)
            .forwarded("GET /x/%C0%AE%C0%AE/y")
            .toleratedAs("GET /x/%c0%ae%c0%ae/y"),
        target("dots of full width", ORANGE, "/x/%ef%bc%8e%ef%bc%8e/y")
            .refused(400)
            .forwarded("GET /x/%EF%BC%8E%EF%BC%8E/y")
            .toleratedAs("GET /x/%ef%bc%8e%ef%bc%8e/y"));
  }

  private static List<Attack> separators() {
    return List.of(
        target("two slashes at the beginning", ORANGE, "//x").refused(400).toleratedAs("GET //x"),
        target("an empty segment", ORANGE, "/x//y").refused(400).toleratedAs("GET /x//y"),
        target("a network-path reference", "RFC 3986 4.2", "//evil.test/x")
            .refused(400)
            .toleratedAs("GET //evil.test/x"),
        target("an encoded slash", "UniFi OS 2026", "/x%2fy")
            .refused(400)
            .toleratedAs("GET /x%2fy"),
        target("dots with an encoded slash", "CVE-2021-41773", "/x/..%2fy")
            .refused(400)
            .toleratedAs("GET /x/..%2fy"),
        target("a slash of doubled encoding", ORANGE, "/x%252fy")
            .refused(400)
            .toleratedAs("GET /x%252fy"),
        target("a backslash", ORANGE, "/x\\y").refused(400),
        target("a backslash at the beginning", ORANGE, "/\\x").refused(400),
        target("an encoded backslash", ORANGE, "/x%5cy").refused(400).toleratedAs("GET /x%5cy"),
        target("dots between encoded backslashes", ORANGE, "/x%5C..%5Cy")
            .refused(400)
            .toleratedAs("GET /x%5C..%5Cy"),
        target("a path parameter", ORANGE, "/x;a=b/y").refused(400).toleratedAs("GET /x;a=b/y"),
        target("an encoded semicolon", ORANGE, "/x%3by")
            .refused(400)
            .forwarded("GET /x%3By")
            .toleratedAs("GET /x%3by"));
  }

  private static List<Attack> fragments() {
    return List.of(
        target("a fragment", "RFC 9112 3.2", "/x#y").refused(400),
        target("a fragment in the query", "RFC 9112 3.2", "/x?a#b").refused(400),
        target("dots after a fragment", "CVE-2021-32779", "/x#/../y").refused(400));
  }

  private static List<Attack> bytes() {
    return List.of(
        target("a percent sign by itself", "RFC 3986 2.1", "/x%").refused(400),
        target("half an escape", "RFC 3986 2.1", "/x%2").refused(400),
        target("an escape that is not hexadecimal", "RFC 3986 2.1", "/x%zz").refused(400),
        target("an escape with a sign", "RFC 3986 2.1", "/x%-1").refused(400),
        target("an escape of four digits", "IIS %u, 2001", "/x%u002e").refused(400),
        target("an encoded NUL", "RFC 3986 7.3", "/x%00y").refused(400),
        target("a NUL", "RFC 9112 3.2", "/x\0y").refused(400),
        target("a control byte", "RFC 9112 3.2", "/x\1y").refused(400),
        target("a DEL", "RFC 9112 3.2", "/x\177y").refused(400),
        target("a byte beyond ASCII", "RFC 9112 3.2", "/\303\251").refused(400),
        target("a byte beyond ASCII in the query", "RFC 9112 3.2", "/x?a=\303\251").refused(400),
        target("an encoded CRLF is never decoded", "CVE-2025-67735", "/x%0d%0aX-Evil:%20y")
            .refused(400)
            .forwarded("GET /x%0D%0AX-Evil:%20y")
            .toleratedAs("GET /x%0d%0aX-Evil:%20y")
            .upstreamLacks("x-evil: y"),
        target("an encoded space stays one", PATH_RULE, "/x%20y").forwarded("GET /x%20y"),
        target("an encoded percent sign stays one", PATH_RULE, "/100%25").forwarded("GET /100%25"),
        target("what needs no escape is decoded", PATH_RULE, "/%78%2D%7e")
            .forwarded("GET /x-~")
            .toleratedAs("GET /%78%2D%7e"));
  }

  /** The query is the upstream's own. */
  private static List<Attack> queries() {
    return List.of(
        target("dots in the query are no path", PATH_RULE, "/x?a=/../y")
            .forwarded("GET /x?a=/../y"),
        target("escapes in the query stay", PATH_RULE, "/x?a=%2e%2f%00%0d%0a")
            .forwarded("GET /x?a=%2e%2f%00%0d%0a"),
        target("a second question mark is the query's", PATH_RULE, "/x?a?b")
            .forwarded("GET /x?a?b"));
  }

  private static Attack target(String name, String source, String target) {
    return attack(name, source).sends(get(target));
  }
}
