package io.tollgate.fault;

import java.io.Closeable;

/** A management of the deployment: its process, its ways to the stores, and its port. */
record ManagementMember(TollgateProcess process, StorePath redis, StorePath postgres, int port)
    implements Closeable {
  @Override
  public void close() {
    process.close();
    redis.close();
    postgres.close();
  }
}
