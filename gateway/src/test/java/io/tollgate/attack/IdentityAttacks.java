package io.tollgate.attack;

import static io.tollgate.attack.Attack.attack;
import static io.tollgate.attack.Http.get;
import static io.tollgate.attack.Http.post;

import java.util.List;
import java.util.stream.Stream;

/**
 * Who the upstream believes is asking, and from where. That nothing but the gateway's own identity
 * headers arrives is judged in every case; these are the ones that try.
 */
final class IdentityAttacks {
  private static final String ALIAS = "header aliases, Traefik 2026";
  private static final String HOP = "Abusing Hop-by-Hop Headers 2019";
  private static final String ORIGIN = "Cracking the Lens 2017";

  private IdentityAttacks() {}

  static List<Attack> all() {
    return Stream.of(spellings(), nominations(), hops(), origins()).flatMap(List::stream).toList();
  }

  private static List<Attack> spellings() {
    return List.of(
        forged("as the gateway writes it", "header trust", "Tollgate-Key-Id: forged"),
        forged("in lower case", "header trust", "tollgate-key-id: forged"),
        forged("in upper case", "header trust", "TOLLGATE-SUBJECT: forged"),
        forged("twice", "header trust", "Tollgate-Scopes: admin", "Tollgate-Scopes: forged"),
        forged("of the request", "header trust", "Tollgate-Request-Id: forged"),
        forged("of a name not in use yet", "header trust", "Tollgate-Tenant: forged"),
        forged("by the bare prefix", "header trust", "Tollgate: forged"),
        forged("with underscores", ALIAS, "Tollgate_Key_Id: forged"),
        forged("with one underscore", ALIAS, "Tollgate-Key_Id: forged"),
        forged("with dots", ALIAS, "Tollgate.Key.Id: forged"),
        forged("with a plus sign", ALIAS, "Tollgate+Subject: forged"),
        forged("with a tilde", ALIAS, "Tollgate~Subject: forged"),
        forged("with an apostrophe", ALIAS, "Tollgate'Subject: forged"),
        forged("with an exclamation mark", ALIAS, "Tollgate!Subject: forged"),
        forged("with a vertical bar", ALIAS, "Tollgate|Scopes: forged"),
        forged("with a separator doubled", ALIAS, "Tollgate--Key-Id: forged"),
        forged("with a separator after it", ALIAS, "Tollgate-Key-Id_: forged"));
  }

  private static List<Attack> nominations() {
    return List.of(
        nominated("the key's id", "Connection: tollgate-key-id"),
        nominated(
            "all that is ours", "Connection: Tollgate-Subject, Tollgate-Scopes, Tollgate-Key-Id"),
        nominated("the host", "Connection: host"),
        nominated("where it comes from", "Connection: X-Forwarded-For, X-Forwarded-Proto, Via"),
        nominated("the key's own header", "Connection: x-api-key"),
        nominated("with close among them", "Connection: close, tollgate-key-id")
            .upstreamLacks("connection: close, "),
        attack("Connection nominates the length", HOP)
            .sends(post("/x", "Connection: content-length", "Content-Length: 5") + "hello")
            .forwarded("POST /x")
            .refused(400),
        attack("Connection nominates the coding", HOP)
            .sends(
                post("/x", "Connection: transfer-encoding", "Transfer-Encoding: chunked")
                    + "5\r\nhello\r\n0\r\n\r\n")
            .forwarded("POST /x")
            .refused(400),
        attack("Connection nominates a client's header", "RFC 9110 7.6.1")
            .sends(get("/x", "X-Once: secret", "Connection: X-Once"))
            .forwarded("GET /x")
            .upstreamLacks("x-once"),
        attack("Connection nominates in a second line", "RFC 9110 7.6.1")
            .sends(get("/x", "X-Once: secret", "Connection: keep-alive,\tx-once"))
            .forwarded("GET /x")
            .upstreamLacks("x-once"));
  }

  private static List<Attack> hops() {
    return List.of(
        hop("Keep-Alive", "Keep-Alive: timeout=999"),
        hop("TE", "TE: trailers").toleratedAs("GET /x"),
        hop("Trailer", "Trailer: X-Trailer"),
        hop("Proxy-Connection", "Proxy-Connection: keep-alive"),
        hop("Proxy-Authorization", "Proxy-Authorization: Basic Zm9vOmJhcg=="),
        hop("Proxy-Authenticate", "Proxy-Authenticate: Basic"),
        hop("Proxy", "Proxy: http://evil.test"),
        hop("Upgrade", "Upgrade: websocket"),
        hop("Upgrade with its nomination", "Upgrade: websocket", "Connection: Upgrade")
            .refused(400),
        attack("an upgrade to h2c is not passed on", "h2c smuggling, Bishop Fox 2020")
            .sends(
                get(
                    "/x",
                    "Connection: Upgrade, HTTP2-Settings",
                    "Upgrade: h2c",
                    "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"))
            .forwarded("GET /x")
            .clientLacks("101 ")
            .upstreamLacks("upgrade", "http2-settings"),
        attack("HTTP2-Settings without its upgrade", "h2c smuggling, Bishop Fox 2020")
            .sends(get("/x", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"))
            .forwarded("GET /x")
            .upstreamLacks("http2-settings"));
  }

  private static List<Attack> origins() {
    return List.of(
        origin("X-Forwarded-For", "X-Forwarded-For: 6.6.6.6"),
        origin("X-Forwarded-For twice", "X-Forwarded-For: 6.6.6.6", "x-forwarded-for: 6.6.6.6"),
        origin("an X-Forwarded-For by a proxy", "X-Forwarded-For: 6.6.6.6, 10.0.0.1"),
        origin("an alias of X-Forwarded-For", "X_Forwarded_For: 6.6.6.6"),
        origin("X-Forwarded-Host", "X-Forwarded-Host: 6.6.6.6"),
        origin("X-Forwarded-Proto", "X-Forwarded-Proto: 6.6.6.6"),
        origin("an X-Forwarded-Proto that could be", "X-Forwarded-Proto: https")
            .upstreamHas("\r\nx-forwarded-proto: http\r\n"),
        origin("X-Forwarded-Port", "X-Forwarded-Port: 6.6.6.6"),
        origin("X-Real-IP", "X-Real-IP: 6.6.6.6"),
        origin("Forwarded", "Forwarded: for=6.6.6.6;host=6.6.6.6"),
        attack("Via is appended, not replaced", "RFC 9110 7.6.3")
            .sends(get("/x", "Via: 1.0 before"))
            .forwarded("GET /x")
            .upstreamHas("via: 1.0 before", "1.1 "));
  }

  private static Attack forged(String name, String source, String... lines) {
    return attack("an identity forged " + name, source)
        .sends(get("/x", lines))
        .forwarded("GET /x")
        .upstreamLacks("forged", "admin");
  }

  /** What arrives is judged as always: our own headers are there, the key is not. */
  private static Attack nominated(String name, String line) {
    return attack("Connection nominates " + name, HOP)
        .sends(get("/x", line))
        .forwarded("GET /x")
        .upstreamHas("host:", "tollgate-key-id:", "x-forwarded-for:");
  }

  private static Attack hop(String name, String... lines) {
    String header = lines[0].substring(0, lines[0].indexOf(':') + 1);
    return attack(name + " ends here", "RFC 9110 7.6.1")
        .sends(get("/x", lines))
        .forwarded("GET /x")
        .upstreamLacks("\n" + header);
  }

  private static Attack origin(String name, String... lines) {
    return attack(name + " from a client is not believed", ORIGIN)
        .sends(get("/x", lines))
        .forwarded("GET /x")
        .upstreamLacks("6.6.6.6")
        .upstreamHas("x-forwarded-for: 127.0.0.1");
  }
}
