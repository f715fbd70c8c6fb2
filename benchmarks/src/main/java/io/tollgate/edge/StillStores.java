package io.tollgate.edge;

import io.tollgate.key.KeyDigest;
import io.tollgate.store.ChangeFeed;
import io.tollgate.store.LogPage;
import io.tollgate.store.LogPosition;
import io.tollgate.store.ProjectionFeed;
import io.vertx.core.Future;
import java.util.List;

/** Stores in which nothing ever changes: Redis is away, Postgres confirms. */
final class StillStores implements ProjectionFeed, ChangeFeed {
  @Override
  public void open(Listener listener) {}

  @Override
  public Future<Step> step() {
    return Future.failedFuture("no Redis here");
  }

  @Override
  public Future<Answer> find(KeyDigest digest) {
    return Future.failedFuture("no Redis here");
  }

  @Override
  public Future<LogPage> poll(String epoch, LogPosition after) {
    return Future.succeededFuture(
        new LogPage(
            "epoch", LogPosition.START, LogPage.Continuity.WHOLE, LogPosition.START, List.of(), 0));
  }

  @Override
  public Future<Void> register() {
    return Future.succeededFuture();
  }

  @Override
  public Future<Boolean> confirm(String epoch, LogPosition upTo) {
    return Future.succeededFuture(true);
  }

  @Override
  public Future<Void> renewHistory(String epoch) {
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> leave() {
    return Future.succeededFuture();
  }
}
