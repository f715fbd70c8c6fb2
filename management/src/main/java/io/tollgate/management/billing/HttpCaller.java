package io.tollgate.management.billing;

import io.vertx.core.Future;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Calls other systems: with a deadline, without following where they point, and without telling
 * anybody of their addresses or secrets. Safe for all threads.
 */
final class HttpCaller implements AutoCloseable {
  /** How long the body of an answer may take after its head. */
  private static final Duration DRAIN_MAX = Duration.ofSeconds(1);

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
    @Nullable CompletableFuture<HttpResponse<Void>> answer = null;
    try {
      var request =
          HttpRequest.newBuilder(uri).timeout(deadline).POST(BodyPublishers.ofByteArray(body));
      headers.forEach(request::setHeader);
      answer = client.sendAsync(request.build(), head -> new Drain());
      long millis = deadline.plus(DRAIN_MAX).plus(DRAIN_MAX).toMillis();
      // Awaited, not blocked on, so that whoever stops meanwhile is heard.
      return Future.fromCompletionStage(answer.copy().orTimeout(millis, TimeUnit.MILLISECONDS))
          .await()
          .statusCode();
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      if (answer != null) {
        answer.cancel(true);
      }
      // Its message may name the address.
      throw new NoAnswer(
          e instanceof HttpTimeoutException || e instanceof TimeoutException
              ? "gave no answer within " + deadline
              : "is out of reach (" + e.getClass().getSimpleName() + ")");
    }
  }

  /** Ends all calls; none is answered any more. */
  @Override
  public void close() {
    client.shutdownNow();
  }

  /**
   * Lets an answer's body pass by, so that its connection may serve again. The deadline of a
   * request ends with the head of its answer: who stalls after that is cut off.
   */
  private static final class Drain implements BodySubscriber<Void> {
    private final CompletableFuture<Void> body = new CompletableFuture<>();

    @Override
    public CompletionStage<Void> getBody() {
      return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      CompletableFuture.delayedExecutor(DRAIN_MAX.toMillis(), TimeUnit.MILLISECONDS)
          .execute(() -> cutOff(subscription));
      subscription.request(Long.MAX_VALUE);
    }

    private void cutOff(Flow.Subscription subscription) {
      if (body.complete(null)) {
        subscription.cancel();
      }
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
      // Nobody wants it.
    }

    /** The status has been told: what is wrong with the body does not take it back. */
    @Override
    public void onError(Throwable broken) {
      body.complete(null);
    }

    @Override
    public void onComplete() {
      body.complete(null);
    }
  }
}
