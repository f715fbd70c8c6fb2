package io.tollgate.store;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The states of limits in Redis, by a connection of their own: no look-up waits behind a trip, and
 * trips don't wait for each other.
 *
 * <p>Confined to the context it was made on.
 */
public final class RedisLimits implements LimitStore {
  private final RedisDialer dialer;
  private final StoreLink<RedisConnection> link;

  /**
   * Connects, and stays connected.
   *
   * @param deadline of one trip
   */
  public RedisLimits(Vertx vertx, RedisConfig config, Duration deadline) {
    RedisOptions options = config.toTrackingOptions();
    options
        .getNetClientOptions()
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
        .setReadIdleTimeout((int) StoreLink.SILENCE_MAX.toMillis());
    dialer = new RedisDialer(vertx, options);
    link = new StoreLink<>(vertx, "Redis' limits", new Line(), deadline, config.connectDeadline());
    link.open();
  }

  @Override
  public Future<LimitAnswer> take(LimitTrip trip) {
    return link.call(
        connection ->
            connection
                .send(LimitScript.byName(trip))
                .recover(failure -> bring(connection, trip, failure))
                .map(LimitScript::answer));
  }

  /** A server that was started or flushed does not know the script: it ran nothing. */
  private static Future<@Nullable Response> bring(
      RedisConnection connection, LimitTrip trip, Throwable failure) {
    @Nullable String message = failure.getMessage();
    return message != null && message.startsWith("NOSCRIPT")
        ? connection.send(LimitScript.byText(trip))
        : Future.failedFuture(failure);
  }

  public Future<Void> close() {
    link.close();
    return dialer.close();
  }

  /** Nothing is announced on this connection. */
  private final class Line implements StoreLink.Line<RedisConnection> {
    @Override
    public Future<RedisConnection> dial(Runnable closed) {
      return dialer
          .dial(pushed -> {})
          .map(
              connection ->
                  connection
                      .exceptionHandler(failure -> closed.run())
                      .endHandler(over -> closed.run()));
    }

    @Override
    public void discard(RedisConnection connection) {
      connection.close();
    }

    @Override
    public Future<?> heartbeat(RedisConnection connection) {
      return connection.send(Request.cmd(Command.PING));
    }
  }
}
