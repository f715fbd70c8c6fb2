package io.tollgate.store;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.Pepper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The projection as Redis has it. What Redis holds is believed only under the pepper's seal:
 * garbage, a forged or a foreign text is no record, and is counted.
 *
 * <p>Confined to the context it was made on.
 */
public final class RedisFeed implements ProjectionFeed {
  /** More than the longest document; so a giant planted under a key's name is never read whole. */
  static final int DOCUMENT_BYTES_MAX = 64 * 1024;

  private final RedisDialer dialer;
  private final RedisLine line;
  private final StoreLink<TrackedConnection> link;
  private final RecordDocument documents;
  private final AppliedDocument applied;
  private final Counter untrusted;
  // The same text is read at each step and look-up while nothing changes: opened once.
  private String appliedText = "";
  private Optional<Applied> appliedRead = Optional.empty();

  /**
   * Prepares the feed; it connects when it is opened.
   *
   * @param mayFailOver whether a server that has replicas, or is one of a cluster, is taken
   */
  public RedisFeed(
      Vertx vertx, RedisConfig config, Pepper pepper, boolean mayFailOver, MeterRegistry metrics) {
    RedisOptions options = config.toTrackingOptions();
    options
        .getNetClientOptions()
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
        .setReadIdleTimeout((int) StoreLink.SILENCE_MAX.toMillis());
    dialer = new RedisDialer(vertx, options);
    line = new RedisLine(dialer, mayFailOver);
    link = new StoreLink<>(vertx, "Redis", line, config.deadline(), config.connectDeadline());
    documents = new RecordDocument(pepper);
    applied = new AppliedDocument(pepper, new SecureRandom());
    untrusted =
        Counter.builder("tollgate.redis.untrusted")
            .description("Documents in Redis that were no documents of ours")
            .register(metrics);
  }

  @Override
  public void open(Listener listener) {
    line.hear(listener);
    link.open();
  }

  @Override
  public Future<Step> step() {
    return link.call(
        tracked ->
            read(tracked, RedisNames.APPLIED)
                .map(text -> new Step(tracked.number(), opened(text))));
  }

  /** Redis works in order: what is read first is not newer than what is read next. */
  @Override
  public Future<Answer> find(KeyDigest address) {
    return link.call(
        tracked -> {
          Future<String> first = read(tracked, RedisNames.APPLIED);
          Future<String> next = read(tracked, RedisNames.record(address));
          return Future.all(first, next)
              .map(
                  both ->
                      new Answer(
                          tracked.number(),
                          opened(first.result()),
                          record(address, next.result())));
        });
  }

  private Optional<Applied> opened(String text) {
    if (!text.equals(appliedText)) {
      appliedRead = applied.decode(text);
      appliedText = text;
    }
    return appliedRead;
  }

  private Optional<StoredRecord> record(KeyDigest address, String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<StoredRecord> record = documents.decode(address, text);
    if (record.isEmpty()) {
      untrusted.increment();
    }
    return record;
  }

  /** Reads at most {@link #DOCUMENT_BYTES_MAX} bytes; empty where there is nothing. */
  private Future<String> read(TrackedConnection tracked, String name) {
    return tracked
        .connection()
        .send(Request.cmd(Command.GETRANGE).arg(name).arg(0).arg(DOCUMENT_BYTES_MAX - 1))
        .map(RedisFeed::text)
        .recover(this::absentIfForeign);
  }

  private static String text(@Nullable Response response) {
    return response == null ? "" : response.toString();
  }

  /** Redis answered, but what stands under the name is no text: that is a miss, not an outage. */
  private Future<String> absentIfForeign(Throwable failure) {
    @Nullable String message = failure.getMessage();
    if (message != null && message.startsWith("WRONGTYPE")) {
      untrusted.increment();
      return Future.succeededFuture("");
    }
    return Future.failedFuture(failure);
  }

  public Future<Void> close() {
    link.close();
    return dialer.close();
  }
}
