package io.tollgate.management.wire;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;

/**
 * Serves one endpoint on the event loop, past the router: the same door, checks and envelope, in as
 * few steps as there can be. Safe for all event loops.
 */
final class Shortcut implements Handler<HttpServerRequest> {
  private final Vertx vertx;
  private final Authentication authentication;
  private final Area area;
  private final int bodyBytesMax;
  private final RandomGenerator random;
  private final IntConsumer counted;
  private final Function<Buffer, Future<Buffer>> endpoint;

  /**
   * Makes a shortcut.
   *
   * @param counted hears the status of each answer
   * @param endpoint answers a body; may complete on any thread
   */
  Shortcut(
      Vertx vertx,
      Authentication authentication,
      Area area,
      int bodyBytesMax,
      RandomGenerator random,
      IntConsumer counted,
      Function<Buffer, Future<Buffer>> endpoint) {
    this.vertx = vertx;
    this.authentication = authentication;
    this.area = area;
    this.bodyBytesMax = bodyBytesMax;
    this.random = random;
    this.counted = counted;
    this.endpoint = endpoint;
  }

  @Override
  public void handle(HttpServerRequest request) {
    String requestId = RequestId.make(random);
    request.response().putHeader(RequestId.HEADER, requestId);
    Future<Actor> actor =
        authentication.actor(request.headers()).map(known -> known.checked(area, false));
    if (actor.failed()) {
      fail(request, requestId, actor.cause());
      return;
    }
    if (!Endpoints.hasFittingType(request)) {
      fail(request, requestId, Endpoints.unsupportedType());
      return;
    }
    Buffer body = Buffer.buffer();
    request.handler(
        chunk -> {
          if (body.length() + chunk.length() <= bodyBytesMax) {
            body.appendBuffer(chunk);
          } else if (!request.response().ended()) {
            fail(request, requestId, Failures.tooLarge());
          }
        });
    request.endHandler(ended -> serve(request, requestId, actor, body));
  }

  private void serve(
      HttpServerRequest request, String requestId, Future<Actor> actor, Buffer body) {
    if (request.response().ended()) {
      return;
    }
    Future<Buffer> answer = actor.compose(known -> endpoint.apply(body));
    if (answer.isComplete()) {
      end(request, requestId, answer);
      return;
    }
    Context loop = vertx.getOrCreateContext();
    answer.onComplete(told -> loop.runOnContext(hopped -> end(request, requestId, answer)));
  }

  private void end(HttpServerRequest request, String requestId, Future<Buffer> answer) {
    if (answer.failed()) {
      fail(request, requestId, answer.cause());
      return;
    }
    HttpServerResponse response = request.response();
    if (!response.closed()) {
      counted.accept(200);
      response.putHeader(HttpHeaders.CONTENT_TYPE, Endpoints.CONTENT_TYPE).end(answer.result());
    }
  }

  private void fail(HttpServerRequest request, String requestId, Throwable failure) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return;
    }
    ApiError error = Failures.errorOf(failure, 500, requestId);
    counted.accept(error.status());
    Failures.answer(vertx, request, requestId, error);
  }
}
