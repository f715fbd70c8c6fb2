package io.tollgate.attack;

import static io.tollgate.attack.Attack.attack;
import static io.tollgate.attack.Http.ADMIN;
import static io.tollgate.attack.Http.CLOSE;
import static io.tollgate.attack.Http.HOST;
import static io.tollgate.attack.Http.KEY;
import static io.tollgate.attack.Http.get;
import static io.tollgate.attack.Http.getKept;
import static io.tollgate.attack.Http.head;

import java.util.List;
import java.util.stream.Stream;

/** Ways around the scope of {@code /admin} and the methods of {@code /read}. */
final class ScopeAttacks {
  private static final String ORANGE = "Breaking Parser Logic, Black Hat 2018";
  private static final String PATH_RULE = "RFC 3986 6.2.2";

  private ScopeAttacks() {}

  static List<Attack> all() {
    return Stream.of(plain(), spellings(), methods(), connections()).flatMap(List::stream).toList();
  }

  private static List<Attack> plain() {
    return List.of(
        attack("scope: who holds it may pass", "positive control")
            .sends(head("GET /admin/x HTTP/1.1", HOST, ADMIN, CLOSE))
            .forwarded("GET /admin/x"),
        path("a name that only begins alike is another", "CWE-863", "/adminx")
            .forwarded("GET /adminx"),
        path("the path itself", "API1:2023", "/admin").refused(403),
        path("with a slash at its end", ORANGE, "/admin/").refused(403),
        path("below it", "API1:2023", "/admin/x").refused(403),
        path("with a query", "API1:2023", "/admin?x=/y").refused(403));
  }

  private static List<Attack> spellings() {
    return List.of(
        path("with an escaped letter", PATH_RULE, "/%61dmin").refused(403),
        path("with all letters escaped", PATH_RULE, "/%61%64%6D%69%6e/x").refused(403),
        path("with a letter escaped twice", "CVE-2021-42013", "/%2561dmin")
            .refused(400)
            .toleratedAs("GET /%2561dmin"),
        path("with a dot segment", PATH_RULE, "/./admin").refused(400, 403),
        path("by dots", PATH_RULE, "/x/../admin").refused(400, 403),
        path("by encoded dots", PATH_RULE, "/x/%2e%2e/admin").refused(400, 403),
        path("by dots and an encoded slash", "UniFi OS 2026", "/x/..%2fadmin").refused(400, 403),
        path("by dots and a parameter", ORANGE, "/x/..;/admin").refused(400, 403),
        path("by dots and backslashes", ORANGE, "/x\\..\\admin").refused(400, 403),
        path("with two slashes", ORANGE, "//admin").refused(400, 403),
        path("with a parameter", ORANGE, "/admin;x").refused(400, 403),
        path("with a parameter before it", ORANGE, "/;x/admin").refused(400, 403),
        path("with an encoded slash at its end", ORANGE, "/admin%2fx").refused(400, 403),
        path("with an encoded NUL at its end", ORANGE, "/admin%00").refused(400, 403),
        path("with a fragment", "CVE-2021-32779", "/admin#x").refused(400, 403),
        path("after a fragment", "Caddy 2026", "/x#/../admin").refused(400, 403),
        path("absolute form", "RFC 9112 3.2.2", "http://edge.test/admin").refused(400, 403),
        path("absolute form without a path", "RFC 9112 3.2.2", "http://edge.test?/admin")
            .refused(400)
            .toleratedAs("GET /?/admin"));
  }

  private static List<Attack> methods() {
    return List.of(
        attack("scope: a HEAD needs it too", "API5:2023")
            .sends(head("HEAD /admin/x HTTP/1.1", HOST, KEY, CLOSE))
            .refused(403),
        attack("scope: an OPTIONS needs it too", "API5:2023")
            .sends(head("OPTIONS /admin/x HTTP/1.1", HOST, KEY, CLOSE))
            .refused(403),
        attack("scope: a method that the path does not take", "API5:2023")
            .sends(head("POST /read HTTP/1.1", HOST, KEY, CLOSE, "Content-Length: 0"))
            .refused(405),
        attack("scope: the same with an escaped letter", "API5:2023")
            .sends(head("DELETE /rea%64 HTTP/1.1", HOST, KEY, CLOSE))
            .refused(405));
  }

  private static List<Attack> connections() {
    return List.of(
        attack("scope: the good request before does not help", "connection-bound trust")
            .sends(getKept("/x") + get("/admin/x"))
            .forwarded("GET /x")
            .thenRefused(403),
        attack("scope: another's good key before does not help", "connection-bound trust")
            .sends(head("GET /admin/x HTTP/1.1", HOST, ADMIN) + get("/admin/y"))
            .forwarded("GET /admin/x")
            .thenRefused(403),
        attack("scope: a key counts for its own request alone", "connection-bound trust")
            .sends(getKept("/x") + head("GET /y HTTP/1.1", HOST, CLOSE))
            .forwarded("GET /x")
            .thenRefused(401));
  }

  private static Attack path(String name, String source, String target) {
    return attack("scope: " + name, source).sends(get(target));
  }
}
