package io.tollgate.attack;

import static io.tollgate.attack.Attack.attack;
import static io.tollgate.attack.Http.get;
import static io.tollgate.attack.Http.getKept;
import static io.tollgate.attack.Http.post;
import static io.tollgate.attack.Http.postKept;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Much of what is allowed a little, and what comes behind a refusal. */
final class FloodAttacks {
  private static final String EXHAUSTION = "CWE-400";
  private static final String PIPELINE = "RFC 9112 9.3.2";

  private static final String[] MANY = pipelined(50);

  private FloodAttacks() {}

  static List<Attack> all() {
    return Stream.of(pipelines(), exhausting(), crowds()).flatMap(List::stream).toList();
  }

  private static List<Attack> pipelines() {
    return List.of(
        attack("flood: fifty pipelined requests get their own answers", PIPELINE)
            .sends(all(MANY) + get("/last"))
            .forwarded(append(MANY, "GET /last")),
        attack("flood: pipelined requests byte by byte", PIPELINE)
            .sends((getKept("/1") + get("/2")).split("(?<=\\n)|(?<=/)", -1))
            .forwarded("GET /1", "GET /2"),
        attack("flood: pipelined behind a refusal, nothing is served", PIPELINE)
            .sends("GET /x HTTP/1.1\r\nHost : e\r\n\r\n" + getKept("/smuggled") + get("/smuggled"))
            .refused(400),
        attack("flood: pipelined around a refusal, the first is served", PIPELINE)
            .sends(
                getKept("/1") + postKept("/x", "Content-Length: +5") + "hello" + get("/smuggled"))
            .forwarded("GET /1")
            .thenRefused(400),
        attack("flood: pipelined behind the last that the client announced", "RFC 9112 9.6")
            .sends(get("/1") + get("/smuggled"))
            .forwarded("GET /1"));
  }

  private static List<Attack> exhausting() {
    return List.of(
        attack("flood: ten thousand empty lines", EXHAUSTION)
            .sends("\r\n".repeat(10_000) + get("/x"))
            .refused(400, 431)
            .toleratedAs("GET /x"),
        attack("flood: three thousand chunks of a byte", EXHAUSTION)
            .sends(post("/x", "Transfer-Encoding: chunked"))
            .sends("1\r\nx\r\n".repeat(3_000), "0\r\n\r\n")
            .forwarded("POST /x"),
        attack("flood: ten thousand values in Connection", EXHAUSTION)
            .sends(get("/x", "Connection: " + "a,".repeat(10_000) + "b"))
            .forwarded("GET /x")
            .refused(400, 431),
        attack("flood: ten thousand commas in an X-Forwarded-For", EXHAUSTION)
            .sends(get("/x", "X-Forwarded-For: " + ",".repeat(10_000)))
            .forwarded("GET /x")
            .refused(400, 431),
        attack("flood: a hundred header names with one hash", "oCERT-2011-003")
            .sends(get("/x", colliding(90)))
            .forwarded("GET /x"));
  }

  private static List<Attack> crowds() {
    return List.of(
        attack("flood: two hundred connections that say nothing", "Slowloris 2009")
            .then(new Step.Crowd(200, ""))
            .sends(get("/x"))
            .forwarded("GET /x"),
        attack("flood: two hundred connections with half a head", "Slowloris 2009")
            .then(new Step.Crowd(200, "GET /smuggled HTTP/1.1\r\nHost: e"))
            .sends(get("/x"))
            .forwarded("GET /x"),
        attack("flood: one connection too many from one address", EXHAUSTION)
            .then(new Step.Crowd(Bound.PER_ADDRESS_MAX, ""))
            .sends(get("/x"))
            .cutWith(429, 503)
            .needing(Bound.CONNECTIONS_PER_ADDRESS));
  }

  private static String[] pipelined(int count) {
    return IntStream.range(0, count).mapToObj(i -> "GET /" + i).toArray(String[]::new);
  }

  private static String all(String... asked) {
    var bytes = new StringBuilder();
    for (String request : asked) {
      bytes.append(getKept(request.substring("GET ".length())));
    }
    return bytes.toString();
  }

  private static String[] append(String[] first, String last) {
    String[] all = Arrays.copyOf(first, first.length + 1);
    all[first.length] = last;
    return all;
  }

  /** Returns headers whose names have one and the same {@link String#hashCode}. */
  private static String[] colliding(int count) {
    String[] lines = new String[count];
    for (int i = 0; i < count; i++) {
      var name = new StringBuilder("X-");
      for (int bit = 0; bit < 7; bit++) {
        name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      lines[i] = name + ": " + i;
    }
    return lines;
  }
}
