package io.tollgate.management.projector;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.util.concurrent.CompletionException;

/** Runs a test's work where the projector runs: on a verticle's virtual thread. */
final class DirectStyle {
  private DirectStyle() {}

  static void run(Vertx vertx, Runnable work) {
    var verticle =
        new VerticleBase() {
          @Override
          public Future<?> start() {
            work.run();
            return Future.succeededFuture();
          }
        };
    var options = new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);
    try {
      vertx.deployVerticle(verticle, options).toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof AssertionError error ? error : new AssertionError(e);
    }
  }
}
