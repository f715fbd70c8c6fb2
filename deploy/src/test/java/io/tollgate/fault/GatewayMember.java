package io.tollgate.fault;

import java.io.Closeable;
import java.io.IOException;

/** A gateway of the deployment: its process, its ways to the stores, and its door. */
record GatewayMember(
    int number,
    TollgateProcess process,
    StorePath redis,
    StorePath postgres,
    GatewayDoor door,
    int port)
    implements Closeable {

  void restart() {
    process.kill9();
    door.close();
    process.start();
  }

  /** Whether it verifies keys by both stores again. */
  boolean isWhole() {
    try {
      return process.isReady() && process.scrape().sum("tollgate_redis_believed") == 1;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    process.close();
    door.close();
    redis.close();
    postgres.close();
  }
}
