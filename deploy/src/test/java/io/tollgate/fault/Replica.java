package io.tollgate.fault;

import io.tollgate.store.Awaiting;
import io.tollgate.store.TestRedis;
import java.io.Closeable;
import java.util.Objects;

/** A Redis that copies another one, by a path that can be held: then it lags. */
final class Replica implements Closeable {
  private final TestRedis redis;
  private final StorePath replication;

  /** Returns when it has all that its master has. */
  Replica(TestRedis master) {
    replication = new StorePath(master.port());
    redis = TestRedis.start("--maxmemory-policy", "noeviction");
    redis.command("REPLICAOF", "127.0.0.1", Integer.toString(replication.port()));
    Awaiting.until("the replica has caught up", () -> state().contains("master_link_status:up"));
  }

  private String state() {
    return Objects.requireNonNull(redis.command("INFO", "replication"));
  }

  int port() {
    return redis.port();
  }

  /** Hears nothing from its master any more. */
  void lag() {
    replication.hold();
  }

  /** Becomes a master as it is: what was still under way to it is lost. */
  void promote() {
    replication.cut();
    redis.command("REPLICAOF", "NO", "ONE");
  }

  @Override
  public void close() {
    redis.close();
    replication.close();
  }
}
