package io.tollgate.simulation;

import io.tollgate.key.KeyDigest;
import io.tollgate.store.ProjectionFeed;
import io.tollgate.store.RedisNames;
import io.tollgate.store.StoredRecord;
import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a gateway has of the modelled Redis: one connection at a time, which tracks changes. */
final class SimulatedFeed implements ProjectionFeed, Link.Dialler<RedisServer.Session> {
  private static final long DEADLINE_NANOS = 100 * Scheduler.MILLI;
  private static final long CONNECT_DEADLINE_NANOS = Scheduler.SECOND;

  private final Node node;
  private final Cable cable;
  private final RedisDeployment redis;
  private final Codec codec;
  private final Link<RedisServer.Session> link;
  private @Nullable Listener listener;
  private @Nullable RedisServer dialled;

  SimulatedFeed(Node node, Cable cable, RedisDeployment redis, Codec codec) {
    this.node = node;
    this.cable = cable;
    this.redis = redis;
    this.codec = codec;
    link = new Link<>(node, this, DEADLINE_NANOS, CONNECT_DEADLINE_NANOS);
  }

  @Override
  public void open(Listener newListener) {
    listener = newListener;
    link.open();
  }

  private Listener listener() {
    return Objects.requireNonNull(listener, "the feed is opened with its listener");
  }

  @Override
  public Line<RedisServer.Session> dial(long number, Runnable opened, Runnable ended) {
    RedisServer server = redis.master(cable);
    dialled = server;
    var announcements = new Heard(number);
    Line<RedisServer.Session> line =
        Line.dial(
            node,
            cable,
            server,
            session -> session.track(announcements),
            open -> opened.run(),
            () -> {
              listener().lost(number);
              ended.run();
            });
    announcements.line = line;
    return line;
  }

  /** Takes announcements from the server to the node, in the order of the connection. */
  private final class Heard implements RedisServer.Announcements {
    private final long number;
    private @Nullable Line<RedisServer.Session> line;

    Heard(long number) {
      this.number = number;
    }

    @Override
    public void changed(List<String> names) {
      List<KeyDigest> digests =
          names.stream().map(RedisNames::address).filter(Objects::nonNull).toList();
      hear(() -> listener().changed(number, digests));
    }

    @Override
    public void flushed() {
      hear(() -> listener().flushed(number));
    }

    private void hear(Runnable work) {
      Objects.requireNonNull(line, "announced before it was dialled").hear(work);
    }
  }

  @Override
  public void taken(long number) {
    listener().connected(number, Objects.requireNonNull(dialled, "not dialled").runId());
  }

  @Override
  public Future<Step> step() {
    long number = link.number();
    return link.call(session -> session.server().get(RedisNames.APPLIED))
        .map(text -> new Step(number, codec.applied(text)));
  }

  @Override
  public Future<Answer> find(KeyDigest digest) {
    long number = link.number();
    String name = RedisNames.record(digest);
    Future<String> first = link.call(session -> session.server().get(RedisNames.APPLIED));
    Future<String> next = link.call(session -> session.server().get(name));
    return Future.all(first, next)
        .map(
            both ->
                new Answer(number, codec.applied(first.result()), record(digest, next.result())));
  }

  private Optional<StoredRecord> record(KeyDigest digest, String text) {
    return text.isEmpty() ? Optional.empty() : codec.record(digest, text);
  }

  void close() {
    link.close();
  }

  void abandon(boolean noticed) {
    link.abandon(noticed);
  }
}
