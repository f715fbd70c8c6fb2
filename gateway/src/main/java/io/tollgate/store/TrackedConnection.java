package io.tollgate.store;

import io.vertx.redis.client.RedisConnection;

/** A connection on which Redis tells of every document that changes. */
record TrackedConnection(RedisConnection connection, long number, String runId) {}
