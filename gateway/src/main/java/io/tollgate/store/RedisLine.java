package io.tollgate.store;

import io.tollgate.key.KeyDigest;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a link reaches Redis: each connection is asked who answers there and made to announce every
 * document that changes (client-side caching by prefix, RESP3).
 *
 * <p>Confined to the context of its link.
 */
final class RedisLine implements StoreLink.Line<TrackedConnection> {
  private static final Logger LOG = LoggerFactory.getLogger(RedisLine.class);
  private static final int PUSH_PARTS = 2;

  private final RedisDialer dialer;
  private final boolean mayFailOver;
  private ProjectionFeed.@Nullable Listener listener;
  private long dialled;

  RedisLine(RedisDialer dialer, boolean mayFailOver) {
    this.dialer = dialer;
    this.mayFailOver = mayFailOver;
  }

  void hear(ProjectionFeed.Listener newListener) {
    listener = newListener;
  }

  private ProjectionFeed.Listener listener() {
    ProjectionFeed.Listener known = listener;
    if (known == null) {
      throw new IllegalStateException("the feed is opened with its listener");
    }
    return known;
  }

  @Override
  public Future<TrackedConnection> dial(Runnable closed) {
    long number = ++dialled;
    return dialer
        .dial(pushed -> announced(number, pushed))
        .compose(
            connection -> track(connection, number, closed).onFailure(unfit -> connection.close()));
  }

  private Future<TrackedConnection> track(
      RedisConnection connection, long number, Runnable closed) {
    Runnable ended =
        () -> {
          listener().lost(number);
          closed.run();
        };
    connection.exceptionHandler(failure -> ended.run()).endHandler(over -> ended.run());
    return connection
        .send(Request.cmd(Command.INFO))
        .compose(info -> checked(fields(String.valueOf(info))))
        .compose(
            runId ->
                connection
                    .send(
                        Request.cmd(Command.CLIENT)
                            .arg("TRACKING")
                            .arg("ON")
                            .arg("BCAST")
                            .arg("PREFIX")
                            .arg(RedisNames.RECORD_PREFIX))
                    .map(tracking -> new TrackedConnection(connection, number, runId)));
  }

  /** Returns the name of the process, if it is one whose word may count as deployed. */
  private Future<String> checked(Map<String, String> info) {
    String role = info.getOrDefault("role", "unknown");
    boolean alone =
        "0".equals(info.getOrDefault("connected_slaves", "0"))
            && "0".equals(info.getOrDefault("cluster_enabled", "0"));
    if (!"master".equals(role)) {
      return unfit("Redis must be a master, this one is a " + role);
    }
    if (!alone && !mayFailOver) {
      return unfit(
          "Redis has replicas or is part of a cluster, so that another one may take its place:"
              + " set redis.deployment to ha");
    }
    @Nullable String runId = info.get("run_id");
    return runId == null ? unfit("Redis does not tell its run_id") : Future.succeededFuture(runId);
  }

  private static Future<String> unfit(String sentence) {
    LOG.error("{}", sentence);
    return Future.failedFuture(new StoreUnreachable(sentence));
  }

  private static Map<String, String> fields(String info) {
    Map<String, String> fields = new HashMap<>();
    info.lines()
        .forEach(
            line -> {
              int colon = line.indexOf(':');
              if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
              }
            });
    return fields;
  }

  private void announced(long number, Response pushed) {
    if (pushed.size() < PUSH_PARTS || !"invalidate".equals(pushed.get(0).toString())) {
      return;
    }
    @Nullable Response names = pushed.get(1);
    if (names == null) {
      listener().flushed(number);
      return;
    }
    List<KeyDigest> changed = new ArrayList<>(names.size());
    for (Response name : names) {
      KeyDigest digest = RedisNames.address(name.toString());
      if (digest != null) {
        changed.add(digest);
      }
    }
    listener().changed(number, changed);
  }

  @Override
  public void taken(TrackedConnection tracked) {
    listener().connected(tracked.number(), tracked.runId());
  }

  @Override
  public void discard(TrackedConnection tracked) {
    tracked.connection().close();
  }

  @Override
  public Future<?> heartbeat(TrackedConnection tracked) {
    return tracked.connection().send(Request.cmd(Command.PING));
  }
}
