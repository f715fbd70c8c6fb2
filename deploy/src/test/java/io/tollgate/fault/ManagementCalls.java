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

  private static final String AUTHORIZATION = "Authorization: Bearer " + SECRET_KEY;
  private static final String LAST = "Connection: close";
  private static final String SUBJECT = "user_000000000000000000000000000";

  private final int port;
  private final Stopwatch clock;
  private final Book book;
  private final AtomicLong issued = new AtomicLong();

  ManagementCalls(int port, Stopwatch clock, Book book) {
    this.port = port;
    this.clock = clock;
    this.book = book;
  }

  /** Issues a key; it must succeed. */
  IssuedKey issue() {
    String wanted =
        new JsonObject()
            .put("name", "key " + issued.incrementAndGet())
            .put("subject", SUBJECT)
            .encode();
    try {
      HttpConnection.Answer answer =
          HttpConnection.ask(
              port, DEADLINE, HttpConnection.post("/v1/api_keys", wanted, AUTHORIZATION, LAST));
      if (answer.status() != 200) {
        throw new IllegalStateException("no key: " + answer);
      }
      var created = new JsonObject(answer.body());
      return new IssuedKey(created.getString("id"), created.getString("secret"));
    } catch (IOException e) {
      throw new IllegalStateException("no key: " + e, e);
    }
  }

  /** Revokes a key, or tries to, and writes down what came of it. */
  Revoke revoke(IssuedKey key) {
    String path = "/v1/api_keys/" + key.id() + "/revoke";
    long sent = clock.now();
    key.revokeSent(sent);
    int status = Use.NO_ANSWER;
    String code = "";
    try {
      HttpConnection.Answer answer =
          HttpConnection.ask(port, DEADLINE, HttpConnection.post(path, "{}", AUTHORIZATION, LAST));
      status = answer.status();
      code = status == 200 ? "" : code(answer.body());
    } catch (IOException e) {
      code = "no answer";
    }
    long answered = clock.now();
    var revoke = new Revoke(key, sent, answered, status, code);
    if (revoke.isConfirmed()) {
      key.revoked(answered);
    }
    book.add(revoke);
    return revoke;
  }

  private static String code(String body) {
    return new JsonObject(body).getJsonArray("errors").getJsonObject(0).getString("code");
  }
}
