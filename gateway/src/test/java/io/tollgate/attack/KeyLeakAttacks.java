package io.tollgate.attack;

import static io.tollgate.attack.Attack.attack;
import static io.tollgate.attack.Http.CLOSE;
import static io.tollgate.attack.Http.HOST;
import static io.tollgate.attack.Http.KEY;
import static io.tollgate.attack.Http.head;

import java.util.List;
import java.util.stream.Stream;

/** The key: read from one place, exact to the letter, and never shown to anyone again. */
final class KeyLeakAttacks {
  private static final String RULE = "RFC 6750 2";
  private static final String DOUBLE = "CWE-294";

  private KeyLeakAttacks() {}

  static List<Attack> all() {
    return Stream.of(accepted(), refused(), elsewhere()).flatMap(List::stream).toList();
  }

  private static List<Attack> accepted() {
    return List.of(
        with("in X-API-Key it ends here", RULE, KEY).forwarded("GET /x").upstreamLacks("x-api-key"),
        with("as a bearer token it ends here", RULE, "Authorization: Bearer {key}")
            .forwarded("GET /x")
            .upstreamLacks("authorization"),
        with("a scheme of any case", "RFC 9110 11.1", "Authorization: bEaReR {key}")
            .forwarded("GET /x")
            .upstreamLacks("authorization"),
        with("white space around it", "RFC 9110 5.5", "X-API-Key: \t {key} \t").forwarded("GET /x"),
        with("nominated by Connection", "hop-by-hop", KEY, "Connection: x-api-key")
            .forwarded("GET /x"),
        with(
                "a bearer nominated by Connection",
                "hop-by-hop",
                "Authorization: Bearer {key}",
                "Connection: authorization")
            .forwarded("GET /x")
            .upstreamLacks("authorization"),
        with("an alias beside the good one", "CGI variables", KEY, "X_API_Key: {key}")
            .forwarded("GET /x")
            .refused(401),
        with("an alias with dots beside the good one", "CGI variables", KEY, "X.API.Key: {unknown}")
            .forwarded("GET /x")
            .refused(401),
        attack("key: an end user's token passes where none is read from it", "RFC 9110 11.6.2")
            .sends(head("GET /token HTTP/1.1", HOST, CLOSE, KEY, "Authorization: Bearer of-a-user"))
            .forwarded("GET /token")
            .upstreamHas("authorization: bearer of-a-user"));
  }

  private static List<Attack> refused() {
    return List.of(
        with("none", RULE).refused(401).clientHas("www-authenticate"),
        with("an empty one", RULE, "X-API-Key:").refused(401),
        with("an unknown one", RULE, "X-API-Key: {unknown}").refused(401),
        with("a made-up one", RULE, "X-API-Key: ak_forged").refused(401),
        with("one letter more", RULE, "X-API-Key: {key}A").refused(401),
        with("in quotes", RULE, "X-API-Key: \"{key}\"").refused(401),
        with("in upper case", "key compared without case", "X-API-Key: {KEY}").refused(401),
        with("of 8 KiB", RULE, "X-API-Key: " + "a".repeat(8 * 1024)).refused(401),
        with("another scheme", RULE, "Authorization: Basic {key}").refused(401),
        with("no scheme", RULE, "Authorization: {key}").refused(401),
        with("twice in one header", DOUBLE, "Authorization: Bearer {key}, Bearer {key}")
            .refused(401),
        with("words after it", RULE, "Authorization: Bearer {key} x").refused(401),
        with("two headers that are equal", DOUBLE, KEY, KEY).refused(401),
        with("a bad one before a good one", DOUBLE, "X-API-Key: {unknown}", KEY).refused(401),
        with("a good one before a bad one", DOUBLE, KEY, "X-API-Key: {unknown}").refused(401),
        with("both headers", DOUBLE, KEY, "Authorization: Bearer {key}").refused(401),
        with("another scheme beside a good one", DOUBLE, KEY, "Authorization: Basic Zm9v")
            .refused(401),
        with("a NUL after it", "RFC 9110 5.5", "X-API-Key: {key}\0").refused(400),
        with("folded", "RFC 9112 5.2", "X-API-Key:", " {key}").refused(400).toleratedAs("GET /x"),
        attack("key: a HEAD without one gets no body", "RFC 9110 9.3.2")
            .sends(head("HEAD /x HTTP/1.1", HOST, CLOSE))
            .refused(401));
  }

  private static List<Attack> elsewhere() {
    return List.of(
        attack("key: in the query", "RFC 6750 2.3")
            .sends(head("GET /x?api_key={key} HTTP/1.1", HOST, CLOSE))
            .refused(401),
        attack("key: as a query's access_token", "RFC 6750 2.3")
            .sends(head("GET /x?access_token={key} HTTP/1.1", HOST, CLOSE))
            .refused(401),
        with("in a cookie", "CSRF", "Cookie: x-api-key={key}").refused(401),
        with("under an alias", "CGI variables", "X_API_Key: {key}").refused(401),
        with("under an alias of Authorization", "CGI variables", "Authorization_: Bearer {key}")
            .refused(401),
        with("as the proxy's own", RULE, "Proxy-Authorization: Bearer {key}").refused(401),
        attack("key: in a trailer", "RFC 9110 6.5.1")
            .sends(
                head("POST /x HTTP/1.1", HOST, CLOSE, "Transfer-Encoding: chunked")
                    + "0\r\nX-API-Key: {key}\r\n\r\n")
            .refused(401),
        attack("key: TRACE does not show it", "Cross-Site Tracing 2003")
            .sends(head("TRACE /x HTTP/1.1", HOST, KEY, CLOSE))
            .refused(400, 405, 501)
            .clientLacks("{key}"),
        attack("key: a refusal does not repeat what was sent", "CWE-79")
            .sends(head("GET /x?<script> HTTP/1.1", HOST, CLOSE, "X-API-Key: {unknown}"))
            .refused(400, 401)
            .clientLacks("<script>", "{unknown}"));
  }

  private static Attack with(String name, String source, String... lines) {
    String headers = lines.length == 0 ? "" : String.join("\r\n", lines) + "\r\n";
    return attack("key: " + name, source)
        .sends("GET /x HTTP/1.1\r\n" + headers + head(HOST, CLOSE))
        .clientLacks("{key}", "{unknown}");
  }
}
