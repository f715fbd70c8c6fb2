package io.tollgate.attack;

import static io.tollgate.attack.Attack.attack;
import static io.tollgate.attack.Http.HOST;
import static io.tollgate.attack.Http.KEY;
import static io.tollgate.attack.Http.get;
import static io.tollgate.attack.Http.getKept;
import static io.tollgate.attack.Http.head;
import static io.tollgate.attack.Http.post;

import java.util.List;
import java.util.stream.Stream;

/** Whoever is slow is cut; they run where deadlines are a second or so. */
final class SlowAttacks {
  private static final String SLOWLORIS = "Slowloris 2009";
  private static final String RUDY = "R-U-Dead-Yet 2011";
  private static final String READ = "slow read, slowhttptest 2012";
  private static final String CHUNKED = "Transfer-Encoding: chunked";

  private SlowAttacks() {}

  static List<Attack> all() {
    return Stream.of(heads(), bodies(), responses()).flatMap(List::stream).toList();
  }

  private static List<Attack> heads() {
    return List.of(
        attack("slow: nothing at all", SLOWLORIS).cutWith(408).needing(Bound.IDLE_TIMEOUT),
        attack("slow: half a head and no more", SLOWLORIS)
            .sends("GET /x HTTP/1.1\r\nHost: ed")
            .cutWith(408, 400)
            .needing(Bound.IDLE_TIMEOUT),
        attack("slow: a header every now and then", SLOWLORIS)
            .sends("GET /x HTTP/1.1\r\n" + HOST + "\r\n" + KEY + "\r\n")
            .then(new Step.Drip("X: y\r\n"))
            .cutWith(408)
            .needing(Bound.HEAD_TIMEOUT),
        attack("slow: a request line byte by byte", SLOWLORIS)
            .sends("GET /")
            .then(new Step.Drip("x"))
            .cutWith(408)
            .needing(Bound.HEAD_TIMEOUT),
        attack("slow: an empty line every now and then", SLOWLORIS)
            .then(new Step.Drip("\r\n"))
            .cutWith(408, 400)
            .needing(Bound.HEAD_TIMEOUT),
        attack("slow: a second head on a connection that was good", SLOWLORIS)
            .sends(getKept("/x"))
            .then(new Step.AwaitBytes())
            .sends("GET /x HTTP/1.1\r\n")
            .then(new Step.Drip("X: y\r\n"))
            .cutAfter("GET /x", 408)
            .needing(Bound.HEAD_TIMEOUT),
        attack("slow: a connection that was good and says no more", "RFC 9112 9.5")
            .sends(getKept("/x"))
            .cutAfter("GET /x", 408)
            .needing(Bound.IDLE_TIMEOUT));
  }

  private static List<Attack> bodies() {
    return List.of(
        attack("slow: half a body and no more", RUDY)
            .sends(post("/x", "Content-Length: 10") + "half")
            .cutWith(408, 400)
            .needing(Bound.IDLE_TIMEOUT),
        attack("slow: half a chunk and no more", RUDY)
            .sends(post("/x", CHUNKED) + "5\r\nha")
            .cutWith(408, 400)
            .needing(Bound.IDLE_TIMEOUT),
        attack("slow: a body byte by byte", RUDY)
            .sends(post("/x", "Content-Length: 100000"))
            .then(new Step.Drip("x"))
            .cutWith(408)
            .needing(Bound.BODY_RATE),
        attack("slow: chunks of one byte", RUDY)
            .sends(post("/x", CHUNKED))
            .then(new Step.Drip("1\r\nx\r\n"))
            .cutWith(408)
            .needing(Bound.BODY_RATE),
        attack("slow: a chunk size of zeros", RUDY)
            .sends(post("/x", CHUNKED))
            .then(new Step.Drip("0"))
            .cutWith(408, 400)
            .needing(Bound.BODY_RATE),
        attack("slow: a chunk extension byte by byte", RUDY)
            .sends(post("/x", CHUNKED) + "5;")
            .then(new Step.Drip("x"))
            .cutWith(408, 400)
            .needing(Bound.BODY_RATE),
        attack("slow: a trailer every now and then", RUDY)
            .sends(post("/x", CHUNKED) + "0\r\n")
            .then(new Step.Drip("X: y\r\n"))
            .cutWith(408, 400)
            .needing(Bound.BODY_RATE),
        attack("slow: a body that nobody may send, byte by byte", RUDY)
            .sends(head("POST /x HTTP/1.1", HOST, "Content-Length: 100000"))
            .then(new Step.Drip("x"))
            .cutWith(401)
            .needing(Bound.BODY_RATE),
        attack("slow: an expectation, and then no body", "RFC 9110 10.1.1")
            .sends(post("/x", "Content-Length: 5", "Expect: 100-continue"))
            .cutWith(408, 400)
            .needing(Bound.IDLE_TIMEOUT));
  }

  private static List<Attack> responses() {
    return List.of(
        attack("slow: a response that is not read", READ)
            .sends(get("/x"))
            .replied(Reply.of(head("HTTP/1.1 200 OK", CHUNKED) + "7fffffff\r\n").thenFloods())
            .then(new Step.AwaitUpstream(), new Step.ReadNothing())
            .cut("GET /x")
            .burnsConnection()
            .needing(Bound.STALLED_RESPONSE),
        attack("slow: an upstream that says nothing", "RFC 9110 15.6.5")
            .sends(post("/x"))
            .replied(Reply.SILENCE)
            .answered(504, "POST /x")
            .burnsConnection()
            .needing(Bound.RESPONSE_TIMEOUT),
        attack("slow: an upstream that says half a head", "RFC 9110 15.6.5")
            .sends(post("/x"))
            .replied(Reply.of("HTTP/1.1 200 OK\r\nX: "))
            .answered(504, "POST /x")
            .answered(502, "POST /x")
            .burnsConnection()
            .needing(Bound.RESPONSE_TIMEOUT),
        attack("slow: an upstream that says interim responses alone", "CWE-400")
            .sends(post("/x"))
            .replied(Reply.of(head("HTTP/1.1 100 Continue").repeat(3)))
            .answered(504, "POST /x")
            .answered(502, "POST /x")
            .burnsConnection()
            .needing(Bound.RESPONSE_TIMEOUT),
        attack("slow: an upstream that says half a body", "RFC 9112 6.3")
            .sends(post("/x"))
            .replied(Reply.of(head("HTTP/1.1 200 OK", "Content-Length: 10") + "half"))
            .cut("POST /x")
            .burnsConnection()
            .needing(Bound.RESPONSE_TIMEOUT));
  }
}
