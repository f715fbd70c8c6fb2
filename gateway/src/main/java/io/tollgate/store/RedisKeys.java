package io.tollgate.store;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.Pepper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The keys as Redis has them. What it holds is believed only under the pepper's seal: garbage, a
 * forged or a foreign text is no record, and is counted.
 *
 * <p>Confined to the context it was made on.
 */
public final class RedisKeys implements KeySource {
  /** More than the longest document; so a giant planted under a key's name is never read whole. */
  static final int DOCUMENT_BYTES_MAX = 64 * 1024;

  private final Redis redis;
  private final StoreLink<RedisConnection> link;
  private final KeyDocument documents;
  private final Applied applied;
  private final Counter untrusted;

  public RedisKeys(Vertx vertx, RedisConfig config, Pepper pepper, MeterRegistry metrics) {
    RedisOptions options = config.toOptions();
    NetClientOptions net = options.getNetClientOptions();
    net.setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
        .setReadIdleTimeout((int) StoreLink.SILENCE_MAX.toMillis());
    redis = Redis.createClient(vertx, options);
    link =
        new StoreLink<>(
            vertx, "Redis", new RedisLine(redis), config.deadline(), config.connectDeadline());
    documents = new KeyDocument(pepper);
    applied = new Applied(pepper, new SecureRandom());
    untrusted =
        Counter.builder("tollgate.redis.untrusted")
            .description("Documents in Redis that were no documents of ours")
            .register(metrics);
    link.open();
  }

  @Override
  public Future<Optional<KeyRecord>> find(KeyDigest digest) {
    return read(RedisNames.key(digest)).map(text -> record(digest, text));
  }

  private Optional<KeyRecord> record(KeyDigest digest, String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<KeyRecord> record = documents.decode(digest, text);
    if (record.isEmpty()) {
      untrusted.increment();
    }
    return record;
  }

  /** Succeeds if the projection stands: an empty Redis answers, but could verify nothing. */
  @Override
  public Future<Void> probe() {
    return read(RedisNames.APPLIED)
        .compose(
            text ->
                applied.decode(text).isPresent()
                    ? Future.succeededFuture()
                    : Future.failedFuture(new StoreUnreachable("Redis holds no projection yet")));
  }

  /** Reads at most {@link #DOCUMENT_BYTES_MAX} bytes; empty where there is nothing. */
  private Future<String> read(String name) {
    return link.call(
        connection ->
            connection
                .send(Request.cmd(Command.GETRANGE).arg(name).arg(0).arg(DOCUMENT_BYTES_MAX - 1))
                .map(RedisKeys::text)
                .recover(this::absentIfForeign));
  }

  private static String text(@Nullable Response response) {
    return response == null ? "" : response.toString();
  }

  /** Redis answered, but what stands under the name is no text: that is a miss, not an outage. */
  private Future<String> absentIfForeign(Throwable failure) {
    @Nullable String message = failure.getMessage();
    if (message != null && message.startsWith("WRONGTYPE")) {
      untrusted.increment();
      return Future.succeededFuture("");
    }
    return Future.failedFuture(failure);
  }

  public Future<Void> close() {
    link.close();
    return redis.close();
  }

  private record RedisLine(Redis redis) implements StoreLink.Line<RedisConnection> {
    @Override
    public Future<RedisConnection> dial(Runnable closed) {
      return redis
          .connect()
          .onSuccess(
              connection ->
                  connection
                      .exceptionHandler(failure -> closed.run())
                      .endHandler(ended -> closed.run()));
    }

    @Override
    public Future<?> heartbeat(RedisConnection connection) {
      return connection.send(Request.cmd(Command.PING));
    }
  }
}
