package io.tollgate.store;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.key.KeyDigest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;

/** Asks a feed of its own for one secret, once it is connected. */
final class FedOnce {
  private FedOnce() {}

  static Future<ProjectionFeed.Answer> find(Vertx vertx, RedisConfig config, KeyDigest digest) {
    Promise<ProjectionFeed.Answer> found = Promise.promise();
    vertx.runOnContext(
        unused -> {
          var feed =
              new RedisFeed(vertx, config, StoredKeys.PEPPER, false, new SimpleMeterRegistry());
          feed.open(new Deaf());
          feed.find(digest).onComplete(found);
        });
    return found.future();
  }

  private static final class Deaf implements ProjectionFeed.Listener {
    @Override
    public void connected(long connection, String runId) {}

    @Override
    public void changed(long connection, List<KeyDigest> digests) {}

    @Override
    public void flushed(long connection) {}

    @Override
    public void lost(long connection) {}
  }
}
