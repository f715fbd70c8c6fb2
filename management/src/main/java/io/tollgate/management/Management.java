package io.tollgate.management;

import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.KeyFormat;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.key.KeyEndpoint;
import io.tollgate.management.projector.Projector;
import io.tollgate.management.wire.Endpoints;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A running management service. Safe for all threads. */
public final class Management {
  /** How long Postgres may take to answer at the start. Redis is not waited for. */
  static final Duration START_DEADLINE = Duration.ofSeconds(10);

  private static final Duration ASK_AGAIN = Duration.ofMillis(250);
  private static final DeploymentOptions DIRECT_STYLE =
      new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);

  private final Vertx vertx;
  private final Transactions transactions;
  private final Projector projector;
  private final int port;
  private final String listenerId;
  private final String projectorId;
  private @Nullable Future<Void> stopped;

  private Management(
      Vertx vertx,
      Transactions transactions,
      Projector projector,
      int port,
      String listenerId,
      String projectorId) {
    this.vertx = vertx;
    this.transactions = transactions;
    this.projector = projector;
    this.port = port;
    this.listenerId = listenerId;
    this.projectorId = projectorId;
  }

  /**
   * Starts the service; the schema must stand already.
   *
   * @return failed with an {@link IllegalStateException} whose message is one sentence for the
   *     operator where it can't start
   */
  public static Future<Management> start(
      Vertx vertx, ManagementConfig config, MeterRegistry metrics) {
    return onVirtualThread(
        () -> {
          var transactions = new Transactions(vertx, config.postgres(), config.connectionsMax());
          try {
            awaitSchema(vertx, transactions);
            return assemble(vertx, config, metrics, transactions);
          } catch (RuntimeException e) {
            transactions.close();
            throw e;
          }
        });
  }

  private static void awaitSchema(Vertx vertx, Transactions transactions) {
    long startNanos = System.nanoTime();
    while (true) {
      Duration left = START_DEADLINE.minusNanos(System.nanoTime() - startNanos);
      try {
        transactions.probe().timeout(Math.max(1, left.toMillis()), TimeUnit.MILLISECONDS).await();
        return;
      } catch (IllegalStateException misfit) {
        throw misfit;
      } catch (Error e) {
        throw e;
      } catch (Throwable failure) {
        if (failure instanceof PgException refusal && !passes(refusal)) {
          throw new IllegalStateException(
              "Postgres refuses management's log-in or question, see postgres.url: "
                  + refusal.getErrorMessage(),
              refusal);
        }
        if (left.compareTo(ASK_AGAIN) <= 0) {
          throw new IllegalStateException(
              "Postgres gave no answer within "
                  + START_DEADLINE.toSeconds()
                  + " seconds, see postgres.url",
              failure);
        }
      }
      vertx.timer(ASK_AGAIN.toMillis(), TimeUnit.MILLISECONDS).await();
    }
  }

  /** Returns whether the refusal passes by itself: Postgres is starting, stopping, or crowded. */
  private static boolean passes(PgException refusal) {
    return refusal.getSqlState().startsWith("57") || refusal.getSqlState().startsWith("53");
  }

  private static Management assemble(
      Vertx vertx, ManagementConfig config, MeterRegistry metrics, Transactions transactions) {
    var random = new SecureRandom();
    var projector =
        new Projector(
            config.postgres(), config.redis(), config.fence(), config.pepper(), random, metrics);
    var keys =
        new KeyEndpoint(
            vertx,
            transactions,
            new KeyFormat(config.pepper()),
            projector,
            config.fence(),
            random,
            config.verifyCacheBytes(),
            metrics);
    var endpoints =
        new Endpoints(vertx, config.secretKey(), config.bodyBytesMax(), random, metrics);
    keys.enter(endpoints);
    var listener = new ManagementVerticle(config.host(), config.port(), endpoints);
    String projectorId = deploy(vertx, projector);
    try {
      String listenerId = deploy(vertx, listener);
      return new Management(
          vertx, transactions, projector, listener.port(), listenerId, projectorId);
    } catch (RuntimeException e) {
      vertx.undeploy(projectorId).await();
      throw e;
    }
  }

  private static String deploy(Vertx vertx, Deployable verticle) {
    return vertx.deployVerticle(verticle, DIRECT_STYLE).await();
  }

  /** Completes if a key can be created now, else fails and says why. */
  public Future<Void> ready() {
    return onVirtualThread(
        () -> {
          transactions.probe().await();
          return projector.ready().await();
        });
  }

  /** Returns the port listened on. */
  public int port() {
    return port;
  }

  /** Stops: takes no new request and lets those under way end. Stopping again changes nothing. */
  public synchronized Future<Void> stop() {
    if (stopped == null) {
      stopped = onVirtualThread(this::end);
    }
    return stopped;
  }

  private Void end() {
    // In this order: a revocation under way needs the projector to come to its end.
    vertx.undeploy(listenerId).await();
    vertx.undeploy(projectorId).await();
    return transactions.close().await();
  }

  private static <T> Future<T> onVirtualThread(Callable<T> work) {
    Promise<T> done = Promise.promise();
    Thread.ofVirtual()
        .name("management")
        .start(
            () -> {
              try {
                done.complete(work.call());
              } catch (Throwable e) {
                done.fail(e);
              }
            });
    return done.future();
  }
}
