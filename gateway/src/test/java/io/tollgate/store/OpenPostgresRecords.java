package io.tollgate.store;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The keys as Postgres has them, and the context on which they are asked for. */
final class OpenPostgresRecords {
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final PostgresRecords keys;
  final StoredKeys stored;
  private final TestPostgres postgres = TestPostgres.database();
  private final TestRedis redis = TestRedis.start();
  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();

  OpenPostgresRecords(Duration deadline, int waitingMax, int statementsMax) throws Exception {
    stored = new StoredKeys(postgres, redis);
    var config = new PostgresConfig(postgres.url(), deadline, PostgresConfig.CONNECT_DEADLINE);
    keys =
        onContext(
            () ->
                Future.succeededFuture(
                    new PostgresRecords(vertx, config, waitingMax, statementsMax, metrics)));
  }

  <T> T onContext(Supplier<Future<T>> work) throws Exception {
    Promise<T> done = Promise.promise();
    context.runOnContext(unused -> work.get().onComplete(done));
    return done.future().await(20, TimeUnit.SECONDS);
  }

  /** Keeps everybody from reading keys until it is closed. */
  Connection lock() throws Exception {
    Connection lock = postgres.connect();
    lock.setAutoCommit(false);
    lock.createStatement().execute("LOCK TABLE tollgate.api_key_secret");
    return lock;
  }

  public void close() throws Exception {
    onContext(() -> keys.close());
    vertx.close().await(10, TimeUnit.SECONDS);
    redis.close();
    postgres.close();
  }
}
