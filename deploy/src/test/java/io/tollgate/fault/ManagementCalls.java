package io.tollgate.fault;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The API owner's backend: it issues keys and revokes them. Thread-safe. */
final class ManagementCalls {
  static final String SECRET_KEY = "sk_fault_run_0000000000000000";

  /** How long management tries to prove a revocation. */
  static final Duration PROOF_DEADLINE = Duration.ofSeconds(5);

  /** More than management itself may take. */
  private static final Duration DEADLINE = Duration.ofSeconds(9);

  private static final Duration ISSUE_DEADLINE = Duration.ofSeconds(20);
  private static final Duration ISSUE_PAUSE = Duration.ofMillis(100);

  private static final String AUTHORIZATION = "Authorization: Bearer " + SECRET_KEY;
  private static final String LAST = "Connection: close";
  private static final String SUBJECT = "user_000000000000000000000000000";

  private final Stopwatch clock;
  private final Book book;
  private final AtomicLong issued = new AtomicLong();
  private volatile int port;

  ManagementCalls(int port, Stopwatch clock, Book book) {
    this.port = port;
    this.clock = clock;
    this.book = book;
  }

  /** Calls another management from now on. */
  void callAt(int otherPort) {
    port = otherPort;
  }

  /** Issues a key; it must succeed before long. */
  IssuedKey issue() {
    long deadline = clock.now() + ISSUE_DEADLINE.toNanos();
    while (true) {
      String wanted =
          new JsonObject()
              .put("name", "key " + issued.incrementAndGet())
              .put("subject", SUBJECT)
              .encode();
      HttpConnection.Answer answer = call("/v1/api_keys", wanted);
      if (answer.status() == 200) {
        var created = new JsonObject(answer.body());
        return new IssuedKey(created.getString("id"), created.getString("secret"));
      }
      if (clock.now() > deadline) {
        throw new IllegalStateException("no key: " + answer);
      }
      clock.pass(ISSUE_PAUSE);
    }
  }

  private HttpConnection.Answer call(String path, String body) {
    try {
      return HttpConnection.ask(
          port, DEADLINE, HttpConnection.post(path, body, AUTHORIZATION, LAST));
    } catch (IOException e) {
      return new HttpConnection.Answer(Use.NO_ANSWER, "");
    }
  }

  /** Revokes a key, or tries to, and writes down what came of it. */
  Revoke revoke(IssuedKey key) {
    String path = "/v1/api_keys/" + key.id() + "/revoke";
    long sent = clock.now();
    key.revokeSent(sent);
    HttpConnection.Answer answer = call(path, "{}");
    long answered = clock.now();
    var revoke = new Revoke(key, sent, answered, answer.status(), code(answer));
    if (revoke.isConfirmed()) {
      key.revoked(answered);
    }
    book.add(revoke);
    return revoke;
  }

  private static String code(HttpConnection.Answer answer) {
    if (answer.status() == 200) {
      return "";
    }
    return answer.status() == Use.NO_ANSWER
        ? "no answer"
        : new JsonObject(answer.body()).getJsonArray("errors").getJsonObject(0).getString("code");
  }
}
