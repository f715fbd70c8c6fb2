package io.tollgate.management.billing;

import io.vertx.core.Future;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;

/**
 * Calls other systems: with a deadline, without following where they point, and without telling
 * anybody of their addresses or secrets. Safe for all threads.
 */
final class HttpCaller implements AutoCloseable {
  private final HttpClient client;
  private final Duration deadline;

  /** A call that came to no answer; its message is fit for logs. */
  static final class NoAnswer extends Exception {
    private static final long serialVersionUID = 1L;

    NoAnswer(String message) {
      super(message);
    }
  }

  HttpCaller(Duration deadline) {
    this.deadline = deadline;
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(deadline)
            .build();
  }

  /** Posts a body and returns the status; what the answer says is not read. */
  int post(URI uri, Map<String, String> headers, byte[] body) throws NoAnswer {
    var request =
        HttpRequest.newBuilder(uri).timeout(deadline).POST(BodyPublishers.ofByteArray(body));
    headers.forEach(request::setHeader);
    try {
      // Awaited, not blocked on, so that whoever stops meanwhile is heard.
      return Future.fromCompletionStage(
              client.sendAsync(request.build(), BodyHandlers.discarding()))
          .await()
          .statusCode();
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      // Its message may name the address.
      throw new NoAnswer(
          e instanceof HttpTimeoutException
              ? "gave no answer within " + deadline
              : "is out of reach (" + e.getClass().getSimpleName() + ")");
    }
  }

  /** Ends all calls; none is answered any more. */
  @Override
  public void close() {
    client.shutdownNow();
  }
}
