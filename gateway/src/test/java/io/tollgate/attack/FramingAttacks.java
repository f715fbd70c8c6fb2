package io.tollgate.attack;

import static io.tollgate.attack.Attack.attack;
import static io.tollgate.attack.Http.CLOSE;
import static io.tollgate.attack.Http.HOST;
import static io.tollgate.attack.Http.KEY;
import static io.tollgate.attack.Http.SMUGGLED;
import static io.tollgate.attack.Http.get;
import static io.tollgate.attack.Http.head;
import static io.tollgate.attack.Http.post;
import static io.tollgate.attack.Http.postKept;

import java.util.List;
import java.util.stream.Stream;

/** Where a request ends: one length or one coding, in one spelling, read alike by all. */
final class FramingAttacks {
  private static final String LENGTH = "RFC 9112 6.3";
  private static final String CODING = "RFC 9112 6.1";
  private static final String DESYNC = "HTTP Desync Attacks, PortSwigger 2019";
  private static final String CHUNKED = "Transfer-Encoding: chunked";

  /** A whole body to who reads chunks; to who doesn't, the beginning of another request. */
  private static final String CHUNKS = "0\r\n\r\n" + SMUGGLED;

  private FramingAttacks() {}

  static List<Attack> all() {
    return Stream.of(lengths(), codings(), spellings(), bodies()).flatMap(List::stream).toList();
  }

  private static List<Attack> lengths() {
    return List.of(
        length("two lengths that differ", DESYNC, "5", "0").refused(400),
        length("two lengths that are equal", LENGTH, "5", "5")
            .refused(400)
            .toleratedAs("POST /x", "GET /smuggled"),
        length("a list of equal lengths", LENGTH, "5, 5")
            .refused(400)
            .toleratedAs("POST /x", "GET /smuggled"),
        length("a list of lengths that differ", LENGTH, "5, 0").refused(400),
        length("a plus sign", "RFC 9110 8.6", "+5").refused(400),
        length("a minus sign", "RFC 9110 8.6", "-5").refused(400),
        length("minus zero", "RFC 9110 8.6", "-0").refused(400),
        length("hexadecimal", "RFC 9110 8.6", "0x5").refused(400),
        length("two numbers", "RFC 9110 8.6", "5 6").refused(400),
        length("a fraction", "RFC 9110 8.6", "5.0").refused(400),
        length("an exponent", "RFC 9110 8.6", "5e0").refused(400),
        length("an empty length", "RFC 9110 8.6", "").refused(400),
        length("a comma after it", "RFC 9110 8.6", "5,").refused(400),
        length("a parameter after it", "RFC 9110 8.6", "5;x").refused(400),
        length("in quotes", "RFC 9110 8.6", "\"5\"").refused(400),
        length("an underscore in it", "lenient integer parsing", "0_5").refused(400),
        length("a vertical tab before it", "RFC 9110 8.6", "\0135").refused(400),
        length("digits of another script", "RFC 9110 8.6", "\331\245").refused(400),
        length("2 to the 64th", "integer overflow", "18446744073709551616").refused(400, 413),
        length("2 to the 64th and 5", "integer overflow", "18446744073709551621").refused(400, 413),
        length("2 to the 63rd", "integer overflow", "9223372036854775808").refused(400, 413),
        attack("a name with a space before the colon", DESYNC)
            .sends(postKept("/x", "Content-Length : 5") + "hello" + SMUGGLED)
            .refused(400),
        attack("an alias of the length does not reach the upstream", "CGI variables")
            .sends(post("/x", "Content_Length: 50"))
            .forwarded("POST /x")
            .upstreamLacks("content_length"));
  }

  private static List<Attack> codings() {
    return List.of(
        attack("a length and chunks: CL.TE", DESYNC)
            .sends(postKept("/x", "Content-Length: " + CHUNKS.length(), CHUNKED) + CHUNKS)
            .refused(400)
            .toleratedAs("POST /x"),
        attack("chunks and a length: TE.CL", DESYNC)
            .sends(postKept("/x", CHUNKED, "Content-Length: 5") + CHUNKS)
            .refused(400)
            .toleratedAs("POST /x"),
        attack("chunks and no length at all: TE.0", "TE.0, 2024")
            .sends(postKept("/x", CHUNKED, "Content-Length: 0") + CHUNKS)
            .refused(400)
            .toleratedAs("POST /x"),
        attack("chunks in HTTP/1.0", CODING)
            .sends(head("POST /x HTTP/1.0", HOST, KEY, "Connection: keep-alive", CHUNKED) + CHUNKS)
            .refused(400, 501)
            .toleratedAs("POST /x"),
        coding("chunked twice, in two lines", CODING, CHUNKED, CHUNKED),
        coding("chunked twice, in a list", CODING, CHUNKED + ", chunked"),
        coding("another coding before it", CODING, "Transfer-Encoding: gzip, chunked"),
        coding("another coding after it", "CVE-2026-89044", "Transfer-Encoding: chunked, gzip"),
        coding("identity", CODING, "Transfer-Encoding: identity"),
        coding("identity after it", DESYNC, "Transfer-Encoding: chunked, identity"),
        coding("an unknown coding in a line of its own", DESYNC, CHUNKED, "Transfer-Encoding: x"),
        coding("an unknown coding in a line before", DESYNC, "Transfer-Encoding: x", CHUNKED),
        coding("an empty coding", CODING, "Transfer-Encoding:"),
        coding("a comma before it", CODING, "Transfer-Encoding: , chunked"),
        coding("a comma after it", CODING, "Transfer-Encoding: chunked,"),
        coding("a parameter", CODING, "Transfer-Encoding: chunked;q=1"));
  }

  private static List<Attack> spellings() {
    return List.of(
        coding("xchunked", DESYNC, "Transfer-Encoding: xchunked"),
        coding("chunkedx", DESYNC, "Transfer-Encoding: chunkedx"),
        coding("chunk", DESYNC, "Transfer-Encoding: chunk"),
        coding("in quotes", DESYNC, "Transfer-Encoding: \"chunked\""),
        coding("in single quotes", DESYNC, "Transfer-Encoding: 'chunked'"),
        coding("a vertical tab before it", DESYNC, "Transfer-Encoding: \013chunked"),
        coding("a vertical tab after it", DESYNC, "Transfer-Encoding: chunked\013"),
        coding("a NUL after it", DESYNC, "Transfer-Encoding: chunked\0"),
        coding("a form feed for the space", DESYNC, "Transfer-Encoding:\fchunked"),
        coding("a space before the colon", DESYNC, "Transfer-Encoding : chunked"),
        coding("a tab before the colon", DESYNC, "Transfer-Encoding\t: chunked"),
        coding("a NUL in the name", DESYNC, "Transfer-Encoding\0: chunked"),
        coding("folded", DESYNC, "Transfer-Encoding:", " chunked")
            .toleratedAs("POST /x", "GET /smuggled"),
        coding("a folded coding after it", DESYNC, CHUNKED, " , identity"),
        coding("in a folded line", DESYNC, "X: y", " " + CHUNKED),
        coding("behind a bare LF", DESYNC, "X: y\n" + CHUNKED)
            .toleratedAs("POST /x", "GET /smuggled"),
        coding("behind a bare CR", DESYNC, "X: y\r" + CHUNKED),
        coding(
            "a letter that folds to an s", "Unicode case folding", "Tran\305\277fer-Encoding: x"),
        attack("a tab for the space", DESYNC)
            .sends(postKept("/x", "Transfer-Encoding:\tchunked") + "0\r\n\r\n")
            .refused(400, 501)
            .toleratedAs("POST /x"),
        attack("letters of both cases", "RFC 9112 7")
            .sends(post("/x", "Transfer-Encoding: cHuNkEd") + "0\r\n\r\n")
            .refused(400, 501)
            .forwarded("POST /x"),
        attack("an alias of the coding does not reach the upstream", "CGI variables")
            .sends(post("/x", "Transfer_Encoding: chunked", "Content-Length: 5") + "hello")
            .forwarded("POST /x")
            .upstreamLacks("transfer_encoding"));
  }

  private static List<Attack> bodies() {
    return List.of(
        attack("a body that looks like a request stays a body: CL.0", "Browser-Powered Desync 2022")
            .sends(post("/x", "Content-Length: " + EVIL.length()) + EVIL)
            .forwarded("POST /x"),
        attack("a GET with a body that looks like a request", "Browser-Powered Desync 2022")
            .sends(get("/x", "Content-Length: " + EVIL.length()) + EVIL)
            .forwarded("GET /x"),
        attack("a GET with chunks", "RFC 9110 9.3.1")
            .sends(get("/x", CHUNKED) + "5\r\nhello\r\n0\r\n\r\n")
            .forwarded("GET /x"),
        attack("a HEAD with a body that looks like a request", "Browser-Powered Desync 2022")
            .sends(head("HEAD /x HTTP/1.1", HOST, KEY, CLOSE, "Content-Length: " + EVIL.length()))
            .sends(EVIL)
            .forwarded("HEAD /x"),
        attack("a body after a pause", "Browser-Powered Desync 2022")
            .sendsApart(post("/x", "Content-Length: " + EVIL.length()), EVIL)
            .forwarded("POST /x"),
        attack("bytes after a POST without a body", LENGTH)
            .sends(postKept("/x") + "x=1\r\n\r\n")
            .forwarded("POST /x")
            .thenRefused(400, 405, 501, 505),
        attack("half a body, then the end", LENGTH)
            .sendsApart(post("/x", "Content-Length: 10"), "hello")
            .then(new Step.EndSending())
            .cutWith(400)
            .burnsConnection(),
        attack("the edge answers an expectation itself", "RFC 9110 10.1.1")
            .sends(post("/x", "Content-Length: 5", "Expect: 100-continue"))
            .then(new Step.AwaitBytes())
            .sends("hello")
            .forwarded("POST /x")
            .toleratedAs("POST /x")
            .clientHas("100 Continue")
            .upstreamLacks("expect:"),
        attack("an expectation that nobody knows", "RFC 9110 10.1.1")
            .sends(post("/x", "Content-Length: 5", "Expect: 200-ok") + "hello")
            .refused(417)
            .toleratedAs("POST /x"),
        attack("an expectation in a list", "HTTP/1.1 Must Die 2025")
            .sends(post("/x", "Content-Length: 5", "Expect: y, 100-continue") + "hello")
            .refused(400, 417)
            .toleratedAs("POST /x"),
        attack("an obfuscated expectation", "HTTP/1.1 Must Die 2025")
            .sends(post("/x", "Content-Length: 5", "Expect: y 100-continue") + "hello")
            .refused(400, 417)
            .toleratedAs("POST /x"),
        attack("an expectation of a GET with a hidden body: 0.CL", "HTTP/1.1 Must Die 2025")
            .sends(get("/x", "Content-Length: " + EVIL.length(), "Expect: 100-continue"))
            .then(new Step.AwaitBytes())
            .sends(EVIL)
            .forwarded("GET /x")
            .toleratedAs("GET /x")
            .upstreamLacks("expect:"));
  }

  /** A request without a key: as a body it is harmless. */
  private static final String EVIL = head("GET /smuggled HTTP/1.1", HOST);

  private static Attack length(String name, String source, String... lengths) {
    String[] lines = Stream.of(lengths).map(l -> "Content-Length: " + l).toArray(String[]::new);
    return attack("Content-Length: " + name, source)
        .sends(postKept("/x", lines) + "hello" + SMUGGLED);
  }

  /** A length beside it makes it count whether the coding is believed. */
  private static Attack coding(String name, String source, String... lines) {
    return attack("Transfer-Encoding: " + name, source)
        .sends(postKept("/x", lines) + CHUNKS)
        .refused(400, 501);
  }
}
