package io.tollgate.attack;

import static io.tollgate.attack.Attack.attack;
import static io.tollgate.attack.Http.SMUGGLED;
import static io.tollgate.attack.Http.post;
import static io.tollgate.attack.Http.postKept;

import java.util.List;
import java.util.stream.Stream;

/**
 * Chunks: strict sizes, strict line ends, nothing of them passed through. The head may be on its
 * way when a bad chunk comes: then the upstream never sees the request whole, and it is not blamed.
 */
final class ChunkAttacks {
  private static final String CHUNKED = "Transfer-Encoding: chunked";
  private static final String RULE = "RFC 9112 7.1";
  private static final String TRAILERS = "RFC 9112 7.1.2";
  private static final String FUNKY = "Funky Chunks 2025";
  private static final String END = "0\r\n\r\n";

  private ChunkAttacks() {}

  static List<Attack> all() {
    return Stream.of(sizes(), lineEnds(), extensions(), trailers(), midway())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Attack> sizes() {
    return List.of(
        good("a plain chunk passes", RULE, "5\r\nhello\r\n" + END),
        good(
            "hexadecimal digits of both cases",
            RULE,
            "a\r\n0123456789\r\nB\r\n0123456789a\r\n" + END),
        good("zeros before a size", RULE, "0005\r\nhello\r\n000\r\n\r\n"),
        bad("a minus sign", RULE, "-5\r\nhello\r\n" + END),
        bad("a plus sign", RULE, "+5\r\nhello\r\n" + END),
        bad("0x before it", "CVE-2022-24766", "0x5\r\nhello\r\n" + END),
        bad("a space before it", RULE, " 5\r\nhello\r\n" + END),
        bad("a space after it", RULE, "5 \r\nhello\r\n" + END)
            .toleratedAs("POST /x", "GET /smuggled"),
        bad("a tab after it", RULE, "5\t\r\nhello\r\n" + END)
            .toleratedAs("POST /x", "GET /smuggled"),
        bad("no size", RULE, "\r\nhello\r\n" + END),
        bad("no digit", RULE, "g\r\nhello\r\n" + END),
        bad("an underscore in it", "HTTP Garden 2024", "0_5\r\nhello\r\n" + END),
        bad("a NUL after it", RULE, "5\0\r\nhello\r\n" + END),
        bad("2 to the 64th and 5", "CVE-2026-42580", "10000000000000005\r\nhello\r\n" + END),
        bad("2 to the 64th less 1", "integer overflow", "ffffffffffffffff\r\nhello\r\n" + END),
        bad("2 to the 63rd and 5", "integer overflow", "8000000000000005\r\nhello\r\n" + END),
        bad("more than 16 digits", "integer overflow", "00000000000000005\r\nhello\r\n" + END)
            .toleratedAs("POST /x", "GET /smuggled"),
        attack("chunk: 2 to the 32nd and 5 is not 5", "integer truncation")
            .sends(postKept("/x", CHUNKED) + "100000005\r\nhello\r\n" + END)
            .then(new Step.EndSending())
            .cutWith(400, 413));
  }

  private static List<Attack> lineEnds() {
    return List.of(
        bad("a size ended by a bare LF", "CVE-2025-58056", "5\nhello\r\n" + END)
            .toleratedAs("POST /x", "GET /smuggled"),
        bad("data ended by a bare LF", FUNKY, "5\r\nhello\n" + END)
            .toleratedAs("POST /x", "GET /smuggled"),
        bad("the last size ended by a bare LF", FUNKY, "5\r\nhello\r\n0\n\r\n")
            .toleratedAs("POST /x", "GET /smuggled"),
        bad("the body ended by a bare LF", FUNKY, "5\r\nhello\r\n0\r\n\n")
            .toleratedAs("POST /x", "GET /smuggled"),
        bad("a size ended by a bare CR", FUNKY, "5\rhello\r\n" + END),
        bad("data ended by a bare CR", FUNKY, "5\r\nhello\r" + END),
        bad("a size ended by CR CR LF", FUNKY, "5\r\r\nhello\r\n" + END),
        bad("data longer than its size", RULE, "5\r\nhelloX\r\n" + END),
        bad("data without an end", FUNKY, "5\r\nhello" + END),
        bad("two bytes for the CRLF after data", "HTTP Garden 2024", "5\r\nhelloXX" + END),
        bad("an empty line between chunks", RULE, "5\r\nhello\r\n\r\n" + END));
  }

  private static List<Attack> extensions() {
    return List.of(
        good("an extension is dropped", "RFC 9112 7.1.1", "5;a=b\r\nhello\r\n0;c\r\n\r\n"),
        good("a quoted extension is dropped", "RFC 9112 7.1.1", "5;a=\"b;c\"\r\nhello\r\n" + END),
        bad("an extension ended by a bare LF: TERM.EXT", FUNKY, "5;a\nhello\r\n" + END)
            .toleratedAs("POST /x", "GET /smuggled"),
        bad("an extension with a bare LF in it: EXT.TERM", FUNKY, "5;a\nb\r\nhello\r\n" + END),
        bad("an extension with a bare CR in it", FUNKY, "5;a\rb\r\nhello\r\n" + END),
        bad("an extension with a NUL", FUNKY, "5;a\0b\r\nhello\r\n" + END)
            .toleratedAs("POST /x", "GET /smuggled"),
        // A quote without its end is no extension; who reads on to the end hides a request in it.
        bad("a quoted extension with a CRLF in it", "CVE-2026-33870", "1;a=\"\r\nX\r\n" + END)
            .toleratedAs("POST /x", "GET /smuggled"),
        bad("white space before an extension", "RFC 9112 7.1.1", "5 ;a=b\r\nhello\r\n" + END)
            .toleratedAs("POST /x", "GET /smuggled"),
        bad(
                "an extension of 5 KiB",
                "CVE-2023-39326",
                "5;" + "a".repeat(5 * 1024) + "\r\nhello\r\n")
            .toleratedAs("POST /x"),
        bad(
                "extensions of 6 KiB in all",
                "CVE-2023-39326",
                ("1;" + "a".repeat(60) + "\r\nx\r\n").repeat(100))
            .toleratedAs("POST /x"));
  }

  private static List<Attack> trailers() {
    return List.of(
        good("a trailer is dropped", TRAILERS, "5\r\nhello\r\n0\r\nX-Trailer: y\r\n\r\n")
            .toleratedAs("POST /x"),
        forged("a key", "Authorization: Bearer {unknown}"),
        forged("an identity", "Tollgate-Key-Id: forged"),
        forged("a length", "Content-Length: 3"),
        forged("a coding", "Transfer-Encoding: identity"),
        forged("a host", "Host: evil.test"),
        badTrailer("without a colon", "X-Trailer\r\n"),
        badTrailer("with a space before the colon", "X-Trailer : y\r\n"),
        badTrailer("that is folded", "X-Trailer: y\r\n z\r\n"),
        badTrailer("ended by a bare LF", "X-Trailer: y\n"),
        badTrailer("with a bare CR", "X-Trailer: y\rX: z\r\n"),
        badTrailer("with a NUL", "X-Trailer: y\0z\r\n"),
        badTrailer("of 40 KiB", "X-Trailer: " + "y".repeat(40 * 1024) + "\r\n"),
        badTrailer("of a thousand fields", "X-Trailer: y\r\n".repeat(1_000)));
  }

  private static List<Attack> midway() {
    return List.of(
        late("a bad size after a good chunk", RULE, "zz\r\n"),
        late("a bare LF after a good chunk", FUNKY, "5\nhello\r\n" + END).toleratedAs("POST /x"),
        late("an overflow after a good chunk", "integer overflow", "fffffffffffffffff\r\n"),
        late("a bad trailer after all chunks", TRAILERS, "0\r\nX Y\r\n\r\n").toleratedAs("POST /x"),
        attack("chunk: half a body, then the end", RULE)
            .sendsApart(post("/x", CHUNKED) + "5\r\nhello\r\n", "5\r\nhe")
            .then(new Step.EndSending())
            .cutWith(400)
            .burnsConnection(),
        attack("chunk: no last one, then the end", RULE)
            .sendsApart(post("/x", CHUNKED) + "5\r\nhello\r\n")
            .then(new Step.EndSending())
            .cutWith(400)
            .burnsConnection());
  }

  private static Attack good(String name, String source, String body) {
    return attack("chunk: " + name, source)
        .sends(post("/x", CHUNKED) + body)
        .forwarded("POST /x")
        .upstreamLacks(";a", ";c", "x-trailer");
  }

  private static Attack bad(String name, String source, String body) {
    return attack("chunk: " + name, source)
        .sends(postKept("/x", CHUNKED) + body + SMUGGLED)
        .refusedMidway(400, 413, 431);
  }

  /** What stands in a trailer never counts, whether the request is taken or refused. */
  private static Attack forged(String name, String trailer) {
    return attack("chunk: a trailer forges " + name, TRAILERS)
        .sends(post("/x", CHUNKED) + "5\r\nhello\r\n0\r\n" + trailer + "\r\n\r\n")
        .refusedMidway(400)
        .forwarded("POST /x")
        .upstreamLacks("forged", "evil.test", "identity", "length: 3", "{unknown}");
  }

  private static Attack badTrailer(String name, String trailer) {
    return attack("chunk: a trailer " + name, TRAILERS)
        .sends(post("/x", CHUNKED) + "5\r\nhello\r\n0\r\n" + trailer + "\r\n")
        .refusedMidway(400, 413, 431)
        .toleratedAs("POST /x");
  }

  private static Attack late(String name, String source, String rest) {
    return attack("chunk: " + name, source)
        .sendsApart(postKept("/x", CHUNKED) + "5\r\nhello\r\n", rest)
        .refusedMidway(400)
        .burnsConnection();
  }
}
