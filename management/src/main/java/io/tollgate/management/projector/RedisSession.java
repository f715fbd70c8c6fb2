package io.tollgate.management.projector;

import io.tollgate.store.RedisConfig;
import io.tollgate.store.RedisNames;
import io.tollgate.store.StoreUnreachable;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a Redis that was found fit to hold the projection, and the script.
 *
 * <p>After a failure it is closed and another one opened: what an unanswered command did is seen by
 * reading again. Confined to the projector's virtual thread.
 */
final class RedisSession implements ProjectionStore {
  /**
   * Writes documents and the next text of {@code applied}, if its present text is the expected one
   * (empty for none). Nobody else writes, so whoever compares here sees each step of all others.
   *
   * <p>What is removed is set before: of what is not there Redis announces no removal, and a
   * gateway may hold a record of Postgres that was gone before its turn came to be written here.
   *
   * <p>pcall, since who tampers with the name may have left another type there: that counts as
   * none, and SET replaces it.
   */
  static final String SCRIPT =
      """
      local present = redis.pcall('GET', KEYS[1])
      if type(present) ~= 'string' then present = '' end
      if present ~= ARGV[1] then return 0 end
      for i = 2, #KEYS do
        redis.call('SET', KEYS[i], ARGV[i + 1])
        if ARGV[i + 1] == '' then redis.call('UNLINK', KEYS[i]) end
      end
      redis.call('SET', KEYS[1], ARGV[2])
      return 1
      """;

  private static final String SCRIPT_SHA1 = sha1(SCRIPT);
  private static final String SCAN_FINISHED = "0";
  private static final int SCAN_COUNT = 1_000;

  private final Redis client;
  private final RedisConnection connection;

  private RedisSession(Redis client, RedisConnection connection) {
    this.client = client;
    this.connection = connection;
  }

  /**
   * Connects.
   *
   * @throws StoreUnreachable if Redis does not answer
   * @throws ProjectorRefusal if it may lose what it holds, by eviction or to a replica
   */
  static RedisSession open(Vertx vertx, RedisConfig config, boolean mayFailOver) {
    Redis client = Redis.createClient(vertx, config.toOptions());
    try {
      var session = new RedisSession(client, StoreAnswer.await("Redis", client.connect()));
      session.check(mayFailOver);
      return session;
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  private void check(boolean mayFailOver) {
    String info = ask(Request.cmd(Command.INFO)).toString();
    String policy = field(info, "maxmemory_policy", "unknown");
    if (!field(info, "maxmemory", "unknown").equals("0") && !policy.equals("noeviction")) {
      throw new ProjectorRefusal(
          "Redis may drop keys when its memory is full: maxmemory-policy must be noeviction, is "
              + policy);
    }
    String role = field(info, "role", "unknown");
    if (!role.equals("master")) {
      throw new ProjectorRefusal(
          "Redis must be a master, this one is a " + role + ": see redis.url and redis.deployment");
    }
    boolean alone =
        field(info, "connected_slaves", "0").equals("0")
            && field(info, "cluster_enabled", "0").equals("0");
    if (!alone && !mayFailOver) {
      throw new ProjectorRefusal(
          "Redis has replicas or is part of a cluster, so that another one may take its place:"
              + " set redis.deployment to ha");
    }
  }

  private static String field(String info, String name, String otherwise) {
    return info.lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse(otherwise);
  }

  @Override
  public String applied() {
    try {
      @Nullable Response text = send(Request.cmd(Command.GET).arg(RedisNames.APPLIED));
      return text == null ? "" : text.toString();
    } catch (StoreUnreachable e) {
      if (String.valueOf(e.getMessage()).contains("WRONGTYPE")) {
        return "";
      }
      throw e;
    }
  }

  @Override
  public boolean write(String expected, String next, List<Write> writes) {
    try {
      return run(Command.EVALSHA, SCRIPT_SHA1, expected, next, writes);
    } catch (StoreUnreachable e) {
      if (String.valueOf(e.getMessage()).contains("NOSCRIPT")) {
        return run(Command.EVAL, SCRIPT, expected, next, writes);
      }
      throw e;
    }
  }

  private boolean run(
      Command command, String script, String expected, String next, List<Write> writes) {
    Request request = Request.cmd(command).arg(script).arg(writes.size() + 1);
    request.arg(RedisNames.APPLIED);
    writes.forEach(write -> request.arg(write.name()));
    request.arg(expected).arg(next);
    writes.forEach(write -> request.arg(write.document()));
    return "1".equals(ask(request).toString());
  }

  @Override
  public Names scan(String cursor) {
    Response page =
        ask(
            Request.cmd(Command.SCAN)
                .arg(cursor)
                .arg("MATCH")
                .arg(RedisNames.RECORD_PREFIX + "*")
                .arg("COUNT")
                .arg(SCAN_COUNT));
    List<String> names = new ArrayList<>();
    page.get(1).forEach(name -> names.add(name.toString()));
    String next = page.get(0).toString();
    return new Names(names, next.equals(SCAN_FINISHED) ? null : next);
  }

  void close() {
    client.close();
  }

  private Response ask(Request request) {
    return Objects.requireNonNull(send(request), "Redis answered nil to what never is nil");
  }

  private @Nullable Response send(Request request) {
    return StoreAnswer.await("Redis", connection.send(request));
  }

  private static String sha1(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
