package io.tollgate.management.wire;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

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
  private static final String PAGES = "pages";

  private final Vertx vertx;
  private final int bodyBytesMax;
  private final Router router;
  private final Authentication authentication;
  private final Handler<RoutingContext> body;
  private final RandomGenerator random;
  private final Meter.MeterProvider<Counter> requests;
  private final Map<String, Handler<HttpServerRequest>> shortcuts = new HashMap<>();
  private final List<Operation> operations = new ArrayList<>();

  /**
   * One entry of the table.
   *
   * @param path as it stands after each root, {@code :id} for a part that differs
   * @param changes whether something is changed or revealed, which a key for reading only may not
   */
  public record Operation(
      String name, HttpMethod method, String path, Area area, boolean changes) {}

  public Endpoints(
      Vertx vertx,
      Authentication authentication,
      int bodyBytesMax,
      RandomGenerator random,
      MeterRegistry metrics) {
    this.vertx = vertx;
    this.bodyBytesMax = bodyBytesMax;
    router = Router.router(vertx);
    this.authentication = authentication;
    body = bodyOf(bodyBytesMax);
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

  private static Handler<RoutingContext> bodyOf(int bytesMax) {
    return BodyHandler.create(false).setBodyLimit(bytesMax);
  }

  /**
   * Adds an endpoint that reads.
   *
   * @param name what its requests are counted under
   * @param path starts with a slash and stands after each root
   */
  public void get(String name, Area area, String path, Handler<RoutingContext> handler) {
    add(new Operation(name, HttpMethod.GET, path, area, false), handler);
  }

  /** Adds an endpoint that takes a JSON body and changes something. */
  public void post(String name, Area area, String path, Handler<RoutingContext> handler) {
    add(new Operation(name, HttpMethod.POST, path, area, true), handler);
  }

  /** Adds one whose body may be longer than those of others. */
  public void post(
      String name, Area area, String path, int bytesMax, Handler<RoutingContext> handler) {
    add(new Operation(name, HttpMethod.POST, path, area, true), bodyOf(bytesMax), handler);
  }

  /** Adds an endpoint that shows what a key for reading only may not see. */
  public void reveal(String name, Area area, String path, Handler<RoutingContext> handler) {
    add(new Operation(name, HttpMethod.GET, path, area, true), handler);
  }

  /** Adds an endpoint that takes a JSON body and changes nothing. */
  public void ask(String name, Area area, String path, Handler<RoutingContext> handler) {
    add(new Operation(name, HttpMethod.POST, path, area, false), handler);
  }

  /** Adds an endpoint that changes some members of something. */
  public void patch(String name, Area area, String path, Handler<RoutingContext> handler) {
    add(new Operation(name, HttpMethod.PATCH, path, area, true), handler);
  }

  /** Adds an endpoint that puts something in the place of another. */
  public void put(String name, Area area, String path, Handler<RoutingContext> handler) {
    add(new Operation(name, HttpMethod.PUT, path, area, true), handler);
  }

  /** Adds an endpoint that removes something. */
  public void delete(String name, Area area, String path, Handler<RoutingContext> handler) {
    add(new Operation(name, HttpMethod.DELETE, path, area, true), handler);
  }

  private void add(Operation operation, Handler<RoutingContext> handler) {
    add(operation, body, handler);
  }

  private void add(
      Operation operation, Handler<RoutingContext> readBody, Handler<RoutingContext> handler) {
    operations.add(operation);
    for (String root : ROOTS) {
      router
          .route(operation.method, root + operation.path)
          .handler(exchange -> count(exchange, operation.name))
          .handler(exchange -> authenticate(exchange, operation))
          .handler(Endpoints::checkContentType)
          // A step of ours, since the router insists that its own come before authentication.
          .handler(exchange -> readBody.handle(exchange))
          .handler(exchange -> Direct.run(exchange, handler));
    }
  }

  /**
   * Adds an endpoint that is served on the event loop and does all by itself, for the one that is
   * asked once per request of somebody else's.
   */
  public void shortcut(Operation operation, Function<Buffer, Future<Buffer>> endpoint) {
    operations.add(operation);
    var handler =
        new Shortcut(
            vertx,
            authentication,
            operation.area,
            bodyBytesMax,
            random,
            status -> count(operation.name, status),
            endpoint);
    for (String root : ROOTS) {
      shortcuts.put(operation.method + " " + root + operation.path, handler);
    }
  }

  /**
   * Adds a page for people, which needs no secret key and tells nothing of what is stored.
   *
   * @param content makes it when it is first asked for, on a virtual thread
   */
  public void page(String path, String contentType, Supplier<Buffer> content) {
    var page = new Page(contentType, content);
    router
        .get(path)
        .handler(exchange -> count(exchange, PAGES))
        .handler(Page::bound)
        .handler(exchange -> Direct.run(exchange, page));
  }

  /** Returns the table. */
  public List<Operation> operations() {
    return List.copyOf(operations);
  }

  /** Asks who it is. The request waits, so that its body does not come before somebody reads it. */
  private void authenticate(RoutingContext exchange, Operation operation) {
    Future<Actor> asked = authentication.actor(exchange.request().headers());
    if (asked.isComplete()) {
      enter(exchange, asked, operation);
      return;
    }
    Context loop = exchange.vertx().getOrCreateContext();
    exchange.request().pause();
    asked.onComplete(
        told ->
            loop.runOnContext(
                hopped -> {
                  exchange.request().resume();
                  enter(exchange, asked, operation);
                }));
  }

  private static void enter(RoutingContext exchange, Future<Actor> asked, Operation operation) {
    if (asked.failed()) {
      exchange.fail(asked.cause());
      return;
    }
    try {
      asked.result().checked(operation.area, operation.changes).enter(exchange);
    } catch (ApiError refusal) {
      // Told here: after a look-up the router is not there any more to catch it.
      exchange.fail(refusal);
      return;
    }
    exchange.next();
  }

  /** Answers a request. */
  public void handle(HttpServerRequest request) {
    Handler<HttpServerRequest> shortcut =
        shortcuts.isEmpty() ? null : shortcuts.get(request.method() + " " + request.path());
    if (shortcut == null) {
      router.handle(request);
    } else {
      shortcut.handle(request);
    }
  }

  /** Answers what is no well-formed HTTP, in the same envelope, and ends the connection. */
  public void handleInvalid(HttpServerRequest request) {
    InvalidHead invalid = InvalidHead.of(request);
    String requestId = RequestId.make(random);
    count(NO_ENDPOINT, invalid.status());
    request
        .response()
        .putHeader(RequestId.HEADER, requestId)
        .putHeader(HttpHeaders.CONNECTION, "close");
    Failures.answer(
        request.response(),
        requestId,
        new ApiError(
            invalid.status(),
            "malformed_request_parameters",
            "Malformed request",
            invalid.detail()));
    request.connection().close();
  }

  /** Answers 200 with the JSON text. */
  public static void answer(RoutingContext exchange, String json) {
    answer(exchange, CONTENT_TYPE, Buffer.buffer(json));
  }

  /** Answers 201 with the JSON text of what was made, where the contract does not say 200. */
  public static void answerCreated(RoutingContext exchange, String json) {
    // Before the loop is told: nobody else sets it.
    exchange.response().setStatusCode(201);
    answer(exchange, json);
  }

  static void answer(RoutingContext exchange, String contentType, Buffer body) {
    answer(exchange, contentType, body, Map.of());
  }

  /** Answers 200 with what is no JSON, and further headers. */
  public static void answer(
      RoutingContext exchange, String contentType, Buffer body, Map<String, String> headers) {
    Direct.back(
        exchange,
        () -> {
          if (!exchange.response().ended() && !exchange.response().closed()) {
            headers.forEach(exchange.response()::putHeader);
            exchange.response().putHeader(HttpHeaders.CONTENT_TYPE, contentType).end(body);
          }
        });
  }

  private void begin(RoutingContext exchange) {
    exchange
        .response()
        .putHeader(RequestId.HEADER, RequestId.make(random))
        // Some answers hold secrets, and all are true for a moment only.
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    exchange.next();
  }

  private void answerUnrouted(RoutingContext exchange, int status) {
    if (!exchange.response().headers().contains(RequestId.HEADER)) {
      exchange.response().putHeader(RequestId.HEADER, RequestId.make(random));
    }
    count(NO_ENDPOINT, status);
    Failures.answer(exchange, status);
  }

  private void count(RoutingContext exchange, String endpoint) {
    exchange.addEndHandler(ended -> count(endpoint, exchange.response().getStatusCode()));
    exchange.next();
  }

  private void count(String endpoint, int status) {
    requests.withTags("endpoint", endpoint, "status", Integer.toString(status)).increment();
  }

  private static void checkContentType(RoutingContext exchange) {
    if (!hasFittingType(exchange.request())) {
      throw unsupportedType();
    }
    exchange.next();
  }

  static ApiError unsupportedType() {
    return new ApiError(
        415,
        "unsupported_content_type",
        "Unsupported content type",
        "The body's Content-Type must be application/json.");
  }

  /** Returns whether the request has no body, or one that says to be JSON. */
  static boolean hasFittingType(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    boolean hasBody =
        request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
            || (length != null && !length.equals("0"));
    return !hasBody || isJson(request.getHeader(HttpHeaders.CONTENT_TYPE));
  }

  private static boolean isJson(@Nullable String type) {
    if (type == null) {
      return false;
    }
    if (type.equals(CONTENT_TYPE)) {
      return true;
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
