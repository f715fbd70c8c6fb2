package io.tollgate.management.directory;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.connection.Connections;
import io.tollgate.management.connection.DirectoryAccess;
import io.tollgate.management.key.RevocationBarrier;
import io.tollgate.management.scim.ScimError;
import io.tollgate.management.scim.ScimJson;
import io.tollgate.management.wire.Direct;
import io.tollgate.management.wire.InvalidHead;
import io.tollgate.management.wire.RequestId;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The part of the listener that identity providers speak to: each directory has a path of its own,
 * and opens to its own tokens only. Whatever goes wrong is said in the words of SCIM.
 *
 * <p>Handlers run in direct style on virtual threads, some of each directory at once.
 */
public final class DirectoryRouter implements Handler<HttpServerRequest> {
  /** What the paths of all directories begin with. */
  public static final String ROOT = "/scim/v2";

  static final int BODY_BYTES_MAX = 4 * 1024 * 1024;

  private static final String CONTENT_TYPE = "application/scim+json";
  private static final List<String> TYPES = List.of(CONTENT_TYPE, "application/json");
  private static final List<Integer> ROUTER_STATUSES = List.of(400, 404, 405, 406, 413, 415, 500);

  /** How long the sender of too long a body has to read that it is. */
  private static final long LINGER_MILLIS = 1_000;

  private final Router router;
  private final Door door;
  private final Turns turns;
  private final Outgoing outgoing = new Outgoing();
  private final ExchangeLog log;
  private final Supplier<String> url;
  private final RandomGenerator random;
  private final Handler<RoutingContext> body =
      BodyHandler.create(false).setBodyLimit(BODY_BYTES_MAX);
  private final Meter.MeterProvider<Counter> requests;

  /** What answers one kind of request. */
  interface Work {
    Reply on(Asked asked);
  }

  /**
   * Makes the router with all its endpoints.
   *
   * @param url where identity providers reach this service, without a slash at the end
   * @param random ids are made of it, and must not come twice
   * @param connectionsMax to Postgres, for all that management does; half of them at most are for
   *     the work of directories, and an eighth for the question whose tokens are shown
   */
  public static DirectoryRouter of(
      Vertx vertx,
      Transactions transactions,
      RevocationBarrier barrier,
      Connections connections,
      Supplier<String> url,
      RandomGenerator random,
      int connectionsMax,
      MeterRegistry metrics) {
    var turns = new Turns(connectionsMax / 2);
    var router =
        new DirectoryRouter(
            vertx,
            turns,
            new Door(connections.tokens(), new Turns(connectionsMax / 8)),
            new ExchangeLog(connections.log()),
            url,
            random,
            metrics);
    var holding =
        new Holding(transactions, barrier, connections.roles(), connections.demotions(), turns);
    var resources = new Resources(transactions);
    var vocabularies = new Vocabularies(transactions);
    new Discovery(vocabularies).enter(router);
    new Searches(resources, vocabularies).enter(router);
    var users = new UserChanges(holding, connections.roles(), connections.attributes(), random);
    new UserEndpoint(transactions, resources, vocabularies, users).enter(router);
    var groups = new GroupChanges(holding, connections.roles(), random);
    new GroupEndpoint(transactions, resources, groups).enter(router);
    return router;
  }

  /**
   * Makes a router without endpoints.
   *
   * @param url where identity providers reach this service, without a slash at the end
   */
  DirectoryRouter(
      Vertx vertx,
      Turns turns,
      Door door,
      ExchangeLog log,
      Supplier<String> url,
      RandomGenerator random,
      MeterRegistry metrics) {
    this.turns = turns;
    this.door = door;
    this.log = log;
    this.url = url;
    this.random = random;
    router = Router.router(vertx);
    requests =
        Counter.builder("tollgate.management.requests")
            .description("Answers of the management API")
            .withRegistry(metrics);
    router.route().handler(this::begin);
    router.route().failureHandler(exchange -> fail(exchange, exchange.statusCode()));
    for (int status : ROUTER_STATUSES) {
      router.errorHandler(status, exchange -> fail(exchange, status));
    }
  }

  /** Returns whether a path is one of these. */
  public static boolean leadsHere(@Nullable String path) {
    return path != null && (path.equals(ROOT) || path.startsWith(ROOT + "/"));
  }

  /**
   * Adds an endpoint of each directory.
   *
   * @param name what its requests are counted under
   * @param path as it stands after the directory's own
   */
  void add(String name, HttpMethod method, String path, Work work) {
    router
        .route(method, ROOT + "/:directory" + path)
        .handler(exchange -> enter(exchange, name))
        .handler(DirectoryRouter::checkContentType)
        // A step of ours, since the router insists that its own come before authentication.
        .handler(exchange -> body.handle(exchange))
        .handler(exchange -> Direct.run(exchange, direct -> answer(direct, work)));
  }

  @Override
  public void handle(HttpServerRequest request) {
    router.handle(request);
  }

  /** Answers what is no well-formed HTTP, and ends the connection. */
  public void handleInvalid(HttpServerRequest request) {
    InvalidHead invalid = InvalidHead.of(request);
    int status = invalid.status();
    requests.withTags("endpoint", "none", "status", Integer.toString(status)).increment();
    var error = new ScimError(status, status == 400 ? "invalidSyntax" : null, invalid.detail());
    request
        .response()
        .setStatusCode(status)
        .putHeader(RequestId.HEADER, RequestId.make(random))
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader(HttpHeaders.CONNECTION, "close")
        .putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
        .end(ScimJson.text(error.toJson()));
    request.connection().close();
  }

  private void begin(RoutingContext exchange) {
    prepare(exchange);
    exchange.next();
  }

  private void prepare(RoutingContext exchange) {
    exchange
        .response()
        .putHeader(RequestId.HEADER, RequestId.make(random))
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    Noted noted = Noted.begin(exchange);
    exchange.addEndHandler(ended -> end(exchange, noted));
  }

  private void end(RoutingContext exchange, Noted noted) {
    int status = exchange.response().getStatusCode();
    requests.withTags("endpoint", noted.endpoint(), "status", Integer.toString(status)).increment();
    log.add(exchange, noted);
  }

  /** Asks whose token it is. The request waits, so that its body does not come before that. */
  private void enter(RoutingContext exchange, String name) {
    Noted.of(exchange).endpoint(name);
    exchange.request().pause();
    Direct.run(
        exchange,
        direct -> {
          @Nullable RuntimeException refusal = null;
          try {
            Noted.of(direct).directory(door.open(direct));
          } catch (RuntimeException refused) {
            // Told on the loop, where the request goes on.
            refusal = refused;
          }
          goOn(direct, refusal);
        });
  }

  private static void goOn(RoutingContext exchange, @Nullable RuntimeException refusal) {
    Direct.back(
        exchange,
        () -> {
          exchange.request().resume();
          if (refusal == null) {
            exchange.next();
          } else {
            exchange.fail(refusal);
          }
        });
  }

  private static void checkContentType(RoutingContext exchange) {
    HttpServerRequest request = exchange.request();
    @Nullable String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    boolean hasBody =
        request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
            || (length != null && !length.equals("0"));
    if (hasBody && !isJson(request.getHeader(HttpHeaders.CONTENT_TYPE))) {
      exchange.fail(415);
    } else {
      exchange.next();
    }
  }

  private static boolean isJson(@Nullable String type) {
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
    return TYPES.contains(parts[0]);
  }

  private void answer(RoutingContext exchange, Work work) {
    DirectoryAccess directory = Noted.of(exchange).openedDirectory();
    var asked = new Asked(exchange, directory, url.get() + ROOT + "/" + directory.directoryId());
    // Within the turn, which bounds what is held of answers until they have room, and not on the
    // loop, which a page of big documents would hold up.
    Written written = turns.take(directory.directoryId(), () -> written(asked, work.on(asked)));
    Direct.back(exchange, () -> send(exchange, written));
  }

  /** An answer, the text of its body, and the room that it has. */
  private record Written(Reply reply, @Nullable Buffer text, Outgoing.@Nullable Room room) {}

  private Written written(Asked asked, Reply reply) {
    @Nullable Buffer text = text(reply);
    if (text == null) {
      return new Written(reply, null, null);
    }
    String directoryId = asked.directory().directoryId();
    try {
      return new Written(reply, text, outgoing.take(directoryId, text));
    } catch (ScimError noRoom) {
      if (!asked.noted().hasChanged() || !asked.shorten(reply)) {
        throw noRoom;
      }
      // What was made must not be made again, so its id is told in any case.
      Buffer less = Objects.requireNonNull(text(reply), "it has a body");
      return new Written(reply, less, outgoing.take(directoryId, less));
    }
  }

  private void send(RoutingContext exchange, Written written) {
    boolean isSending = false;
    try {
      if (writesHead(exchange, written.reply)) {
        if (written.text == null || written.room == null) {
          exchange.response().end();
        } else {
          exchange.response().putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE);
          outgoing.send(exchange, written.room, written.text);
          isSending = true;
        }
      }
    } finally {
      if (!isSending && written.room != null) {
        written.room.leave();
      }
    }
  }

  private void fail(RoutingContext exchange, int status) {
    if (!exchange.response().headers().contains(RequestId.HEADER)) {
      prepare(exchange);
    }
    Noted noted = Noted.of(exchange);
    ScimError error =
        Failures.told(exchange.failure(), status, RequestId.of(exchange), noted.hasChanged());
    noted.error(error);
    if (error.status() == 401) {
      exchange.response().putHeader("WWW-Authenticate", "Bearer");
    } else if (error.status() == 413) {
      // Closed later, since whoever still sends while it is closed never reads the answer.
      exchange.response().putHeader(HttpHeaders.CONNECTION, "close");
      exchange.vertx().setTimer(LINGER_MILLIS, rang -> exchange.request().connection().close());
    }
    Reply reply = Reply.of(error);
    if (writesHead(exchange, reply)) {
      exchange
          .response()
          .putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
          .end(ScimJson.text(error.toJson()));
    }
  }

  private static @Nullable Buffer text(Reply reply) {
    return reply.body() == null ? null : Buffer.buffer(ScimJson.text(reply.body()));
  }

  /** Writes the head, and returns whether there is anybody to be answered. */
  private static boolean writesHead(RoutingContext exchange, Reply reply) {
    HttpServerResponse response = exchange.response();
    if (response.ended() || response.closed()) {
      return false;
    }
    response.setStatusCode(reply.status());
    if (reply.version() != null) {
      response.putHeader(HttpHeaders.ETAG, Versions.tag(reply.version()));
    }
    if (reply.location() != null) {
      response.putHeader(HttpHeaders.LOCATION, reply.location());
    }
    if (reply.retryAfterSeconds() > 0) {
      response.putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(reply.retryAfterSeconds()));
    }
    return true;
  }
}
