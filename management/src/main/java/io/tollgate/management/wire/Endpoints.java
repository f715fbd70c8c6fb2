package io.tollgate.management.wire;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.tollgate.key.Secret;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * The table of endpoints: each stands under both roots, behind the secret key, and is counted.
 *
 * <p>Handlers run in direct style on virtual threads; what they throw becomes the error envelope.
 */
public final class Endpoints {
  /** Compared by clients as a whole: a charset after it makes them take the body for text. */
  public static final String CONTENT_TYPE = "application/json";

  /** Published clients disagree on whether this area has a version in its path. */
  private static final List<String> ROOTS = List.of("", "/v1");

  private static final List<Integer> ROUTER_STATUSES = List.of(400, 404, 405, 406, 413, 415, 500);
  private static final String NO_ENDPOINT = "none";

  private final Router router;
  private final Authentication authentication;
  private final BodyHandler body;
  private final RandomGenerator random;
  private final Meter.MeterProvider<Counter> requests;

  public Endpoints(
      Vertx vertx,
      Secret secretKey,
      int bodyBytesMax,
      RandomGenerator random,
      MeterRegistry metrics) {
    router = Router.router(vertx);
    authentication = new Authentication(secretKey);
    body = BodyHandler.create(false).setBodyLimit(bodyBytesMax);
    this.random = random;
    requests =
        Counter.builder("tollgate.management.requests")
            .description("Answers of the management API")
            .withRegistry(metrics);
    router.route().handler(this::begin);
    router.route().failureHandler(Failures::answer);
    for (int status : ROUTER_STATUSES) {
      router.errorHandler(status, exchange -> answerUnrouted(exchange, status));
    }
  }

  /**
   * Adds an endpoint that reads.
   *
   * @param name what its requests are counted under
   * @param path starts with a slash and stands after each root
   */
  public void get(String name, String path, Handler<RoutingContext> handler) {
    for (String root : ROOTS) {
      router
          .get(root + path)
          .handler(exchange -> count(exchange, name))
          .handler(authentication)
          .handler(handler);
    }
  }

  /** Adds an endpoint that takes a JSON body. */
  public void post(String name, String path, Handler<RoutingContext> handler) {
    for (String root : ROOTS) {
      router
          .post(root + path)
          .handler(exchange -> count(exchange, name))
          .handler(authentication)
          .handler(Endpoints::checkContentType)
          .handler(this::readBody)
          .handler(handler);
    }
  }

  /** Answers a request. */
  public void handle(HttpServerRequest request) {
    router.handle(request);
  }

  /** Answers what is no well-formed HTTP, in the same envelope, and ends the connection. */
  public void handleInvalid(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    int status = 400;
    if (cause instanceof TooLongHttpLineException) {
      status = 414;
    } else if (cause instanceof TooLongHttpHeaderException) {
      status = 431;
    }
    String requestId = RequestId.make(random);
    requests.withTags("endpoint", NO_ENDPOINT, "status", Integer.toString(status)).increment();
    request
        .response()
        .putHeader(RequestId.HEADER, requestId)
        .putHeader(HttpHeaders.CONNECTION, "close");
    Failures.answer(
        request.response(),
        requestId,
        new ApiError(
            status,
            "malformed_request_parameters",
            "Malformed request",
            "The request is not well-formed HTTP, or its head is too long."));
    request.connection().close();
  }

  /** Answers 200 with the JSON text. */
  public static void answer(RoutingContext exchange, String json) {
    exchange.response().putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE).end(json);
  }

  private void begin(RoutingContext exchange) {
    exchange.response().putHeader(RequestId.HEADER, RequestId.make(random));
    exchange.next();
  }

  private void answerUnrouted(RoutingContext exchange, int status) {
    if (!exchange.response().headers().contains(RequestId.HEADER)) {
      exchange.response().putHeader(RequestId.HEADER, RequestId.make(random));
    }
    requests.withTags("endpoint", NO_ENDPOINT, "status", Integer.toString(status)).increment();
    Failures.answer(exchange, status);
  }

  private void count(RoutingContext exchange, String endpoint) {
    exchange.addEndHandler(
        ended ->
            requests
                .withTags(
                    "endpoint",
                    endpoint,
                    "status",
                    Integer.toString(exchange.response().getStatusCode()))
                .increment());
    exchange.next();
  }

  /** A step of ours, since the router insists that its own come first, before authentication. */
  private void readBody(RoutingContext exchange) {
    body.handle(exchange);
  }

  private static void checkContentType(RoutingContext exchange) {
    HttpServerRequest request = exchange.request();
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    boolean hasBody =
        request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
            || (length != null && !length.equals("0"));
    if (hasBody && !isJson(exchange)) {
      throw new ApiError(
          415,
          "unsupported_content_type",
          "Unsupported content type",
          "The body's Content-Type must be application/json.");
    }
    exchange.next();
  }

  private static boolean isJson(RoutingContext exchange) {
    String type = exchange.request().getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null) {
      return false;
    }
    String[] parts =
        type.toLowerCase(Locale.ROOT).replace(" ", "").replace("\"", "").split(";", -1);
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].startsWith("charset=") && !parts[i].equals("charset=utf-8")) {
        return false;
      }
    }
    return parts.length > 0 && parts[0].equals(CONTENT_TYPE);
  }
}
