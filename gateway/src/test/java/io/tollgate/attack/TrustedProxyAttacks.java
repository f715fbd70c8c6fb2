package io.tollgate.attack;

import static io.tollgate.attack.Attack.attack;
import static io.tollgate.attack.Http.CLOSE;
import static io.tollgate.attack.Http.HOST;
import static io.tollgate.attack.Http.get;
import static io.tollgate.attack.Http.getKept;
import static io.tollgate.attack.Http.head;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a proxy in front, which is believed, passes on of its clients: where a request comes from is
 * found behind what they claim. The proxies are this machine and {@code 10.0.0.0/8}.
 */
final class TrustedProxyAttacks {
  private static final String ADDRESS = "The perils of the \"real\" client IP 2022";
  private static final String HOP = "Abusing Hop-by-Hop Headers 2019";
  private static final String ORIGIN = "Cracking the Lens 2017";
  private static final String PROXY = "127.0.0.1";
  private static final String CLIENT = "203.0.113.7";
  private static final String FORGED = "6.6.6.6";

  private TrustedProxyAttacks() {}

  static List<Attack> all() {
    return Stream.of(clients(), malformed(), schemes(), others(), sequences())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Attack> clients() {
    return List.of(
        from(CLIENT, "a client's address is believed", CLIENT),
        from(CLIENT, "what the client claims before it is not", "6.6.6.6, 203.0.113.7"),
        from(CLIENT, "nor without a space", "6.6.6.6,203.0.113.7"),
        from(CLIENT, "nor with many", "6.6.6.6 \t , \t 203.0.113.7"),
        from(CLIENT, "nor in a line of its own", FORGED, CLIENT),
        from(CLIENT, "nor behind what is no address", "6.6.6.6, evil, 203.0.113.7"),
        from(CLIENT, "nor a proxy that it makes up", "6.6.6.6, 10.6.6.6, 203.0.113.7"),
        from(CLIENT, "through two proxies", "6.6.6.6, 203.0.113.7, 10.0.0.1"),
        from(CLIENT, "through two proxies, a line each", FORGED, CLIENT, "10.0.0.1"),
        from(CLIENT, "through a proxy that maps IPv4", "203.0.113.7, ::ffff:10.0.0.1"),
        from(CLIENT, "as mapped to IPv6", "6.6.6.6, ::ffff:203.0.113.7"),
        from(CLIENT, "with a port", "6.6.6.6:1, 203.0.113.7:4711"),
        from("2001:db8::7", "by IPv6", "6.6.6.6, 2001:DB8:0::0007"),
        from("2001:db8::7", "by IPv6 in brackets, with a port", "[2001:db8::7]:4711"),
        from("10.0.0.2", "all are proxies", "10.0.0.2, 10.0.0.1"),
        from(PROXY, "nothing is said"));
  }

  /** What is no address is nobody's, and what stands before it is not trusted any more. */
  private static List<Attack> malformed() {
    return List.of(
        from("10.0.0.1", "no address before a proxy", "6.6.6.6, unknown, 10.0.0.1"),
        from(PROXY, "no address", "6.6.6.6, unknown"),
        from(PROXY, "nothing", ""),
        from(PROXY, "nothing behind a comma", "6.6.6.6,"),
        from(PROXY, "an empty line at the end", FORGED, ""),
        from(PROXY, "a name that could be resolved", "6.6.6.6, localhost"),
        from(PROXY, "an octal number", "6.6.6.6, 010.0.0.1"),
        from(PROXY, "a hexadecimal number", "6.6.6.6, 0xa.0.0.1"),
        from(PROXY, "too few numbers", "6.6.6.6, 10.1"),
        from(PROXY, "a single number", "6.6.6.6, 167772161"),
        from(PROXY, "a range", "6.6.6.6, 10.0.0.0/8"),
        from(PROXY, "a zone", "6.6.6.6, fe80::1%eth0"),
        from(PROXY, "IPv4 in brackets", "6.6.6.6, [10.0.0.1]"),
        from(PROXY, "a port that is none", "6.6.6.6, 10.0.0.1:http"),
        from(PROXY, "quotes", "6.6.6.6, \"10.0.0.1\""),
        from(PROXY, "a space within", "6.6.6.6, 10.0.0.1 10.0.0.1"),
        from(PROXY, "bytes beyond ASCII", "6.6.6.6, 10.0.0.1\240"),
        from(PROXY, "ten thousand commas", "6.6.6.6" + ",".repeat(10_000)),
        from("10.0.0.1", "three thousand proxies", "unknown" + ", 10.0.0.1".repeat(3_000)));
  }

  private static List<Attack> schemes() {
    return List.of(
        by("https", "https is believed", "X-Forwarded-Proto: https"),
        by("http", "http is believed", "X-Forwarded-Proto: http"),
        by("http", "another scheme", "X-Forwarded-Proto: javascript"),
        by("http", "in upper case", "X-Forwarded-Proto: HTTPS"),
        by("http", "in a list", "X-Forwarded-Proto: https, https"),
        by("http", "twice", "X-Forwarded-Proto: https", "x-forwarded-proto: https"),
        by("http", "by an alias", "X_Forwarded_Proto: https"),
        by("http", "in another field", "X-Forwarded-Scheme: https", "X-Forwarded-Ssl: on")
            .upstreamLacks("-scheme", "-ssl"));
  }

  private static List<Attack> others() {
    return List.of(
        sent(CLIENT, HOP, "nominated by Connection", "Connection: X-Forwarded-For", said(CLIENT)),
        sent(CLIENT, ORIGIN, "an alias beside it", "X_Forwarded_For: 6.6.6.6", said(CLIENT)),
        sent(PROXY, ORIGIN, "by an alias alone", "X_Forwarded_For: 6.6.6.6"),
        sent(PROXY, ORIGIN, "Forwarded", "Forwarded: for=6.6.6.6;host=6.6.6.6;proto=https"),
        sent(PROXY, ORIGIN, "X-Real-IP", "X-Real-IP: 6.6.6.6"),
        sent(PROXY, ORIGIN, "True-Client-IP", "True-Client-IP: 6.6.6.6"),
        sent(PROXY, ORIGIN, "X-Forwarded-Host", "X-Forwarded-Host: 6.6.6.6")
            .upstreamHas("\r\nx-forwarded-host: edge.test\r\n"),
        sent(PROXY, ORIGIN, "X-Forwarded-Port", "X-Forwarded-Port: 6.6.6.6"),
        sent(PROXY, ORIGIN, "an identity", "Tollgate-Key-Id: 6.6.6.6"),
        attack("trusted proxy: it needs a key like any other", "header trust")
            .sends(
                head("GET /x HTTP/1.1", HOST, CLOSE, said("10.0.0.1"), "Tollgate-Key-Id: forged"))
            .refused(401)
            .needing(Bound.TRUSTED_PROXIES));
  }

  private static List<Attack> sequences() {
    return List.of(
        attack("trusted proxy: what one client says is not the next one's", ADDRESS)
            .sends(getKept("/1", said(CLIENT), "X-Forwarded-Proto: https"))
            .then(new Step.AwaitBytes())
            .sends(get("/2"))
            .forwarded("GET /1", "GET /2")
            .upstreamHas(line("for", CLIENT) + "x-forwarded-proto: https\r\n")
            .upstreamHas(line("for", PROXY) + "x-forwarded-proto: http\r\n")
            .needing(Bound.TRUSTED_PROXIES),
        attack("trusted proxy: each client of a connection is itself", ADDRESS)
            .sends(getKept("/1", said(CLIENT)))
            .then(new Step.AwaitBytes())
            .sends(get("/2", said("203.0.113.8")))
            .forwarded("GET /1", "GET /2")
            .upstreamHas(line("for", CLIENT), line("for", "203.0.113.8"))
            .needing(Bound.TRUSTED_PROXIES));
  }

  private static Attack from(String address, String name, String... chains) {
    String[] lines = Stream.of(chains).map(TrustedProxyAttacks::said).toArray(String[]::new);
    return sent(address, ADDRESS, name, lines);
  }

  private static Attack sent(String address, String source, String name, String... lines) {
    return attack("trusted proxy: " + name, source)
        .sends(get("/x", lines))
        .forwarded("GET /x")
        .upstreamHas(line("for", address))
        .upstreamLacks(FORGED)
        .needing(Bound.TRUSTED_PROXIES);
  }

  private static Attack by(String scheme, String name, String... lines) {
    return attack("trusted proxy: the scheme, " + name, ADDRESS)
        .sends(get("/x", lines))
        .forwarded("GET /x")
        .upstreamHas(line("proto", scheme))
        .needing(Bound.TRUSTED_PROXIES);
  }

  private static String said(String chain) {
    return "X-Forwarded-For: " + chain;
  }

  /** Returns what the upstream gets, as a whole line. */
  private static String line(String what, String value) {
    return "\r\nx-forwarded-" + what + ": " + value + "\r\n";
  }
}
