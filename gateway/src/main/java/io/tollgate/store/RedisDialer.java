package io.tollgate.store;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.PoolOptions;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import io.vertx.redis.client.impl.ParserHandler;
import io.vertx.redis.client.impl.RESPParser;
import io.vertx.redis.client.impl.RedisStandaloneConnection;
import io.vertx.redis.client.impl.RedisURI;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections to Redis on which answers and what is pushed are told apart: each a socket of
 * its own, that ends when it is closed.
 *
 * <p>The driver's parts are put together here and not by itself, since it takes a push that comes
 * while a command waits for that command's answer (in 5.0.10 up to 5.0.12: {@code
 * RedisStandaloneConnection.handle}). The command then never ends, and the next one gets its
 * answer, which was read before that next one was even sent: a fence may not be built on that.
 */
final class RedisDialer {
  private static final String DEFAULT_USER = "default";

  private final VertxInternal vertx;
  private final RedisOptions options;
  private final RedisURI url;
  private final NetClient sockets;

  RedisDialer(Vertx vertx, RedisOptions options) {
    this.vertx = (VertxInternal) vertx;
    this.options = options;
    url = new RedisURI(options.getEndpoint());
    sockets = vertx.createNetClient(options.getNetClientOptions());
  }

  /** Connects on the caller's context, logged in; pushes are handed over in their turn. */
  Future<RedisConnection> dial(Handler<Response> pushes) {
    ContextInternal context = vertx.getOrCreateContext();
    return sockets
        .connect(url.socketAddress())
        .compose(
            socket -> {
              RedisConnection connection = join(context, socket, pushes);
              return logIn(connection)
                  .<RedisConnection>map(connection)
                  .onFailure(refused -> socket.close());
            });
  }

  private RedisConnection join(
      ContextInternal context, NetSocket socket, Handler<Response> pushes) {
    var connection =
        new RedisStandaloneConnection(
            vertx,
            context,
            null,
            socket,
            new PoolOptions(),
            options.getMaxWaitingHandlers(),
            url,
            null,
            options.getTracingPolicy());
    var sorted = new Sorted(socket, connection, pushes);
    socket
        .handler(new RESPParser(sorted, options.getMaxNestedArrays()))
        .closeHandler(unused -> sorted.end())
        .exceptionHandler(sorted::fail);
    return connection;
  }

  private Future<?> logIn(RedisConnection connection) {
    Request hello = Request.cmd(Command.HELLO).arg(RESPParser.VERSION);
    String password = url.password();
    if (password != null) {
      String user = url.user();
      hello.arg("AUTH").arg(user == null ? DEFAULT_USER : user).arg(password);
    }
    Future<?> greeted = connection.send(hello);
    Integer database = url.select();
    return database == null
        ? greeted
        : greeted.compose(done -> connection.send(Request.cmd(Command.SELECT).arg(database)));
  }

  Future<Void> close() {
    return sockets.close();
  }

  /** Lets only answers reach those who wait for one. Confined to the connection's event loop. */
  private static final class Sorted implements ParserHandler {
    private final NetSocket socket;
    private final RedisStandaloneConnection answers;
    private final Handler<Response> pushes;
    private boolean ended;

    Sorted(NetSocket socket, RedisStandaloneConnection answers, Handler<Response> pushes) {
      this.socket = socket;
      this.answers = answers;
      this.pushes = pushes;
    }

    @Override
    public void handle(@Nullable Response response) {
      if (response != null && response.type() == ResponseType.PUSH) {
        pushes.handle(response);
      } else {
        answers.handle(response);
      }
    }

    /** What comes after a fault, of the socket or of what came on it, has no meaning. */
    @Override
    public void fail(Throwable failure) {
      if (!ended) {
        ended = true;
        answers.fail(failure);
        socket.close();
      }
    }

    void end() {
      if (!ended) {
        ended = true;
        answers.end(null);
      }
    }
  }
}
