package io.tollgate.ring;

import io.tollgate.key.KeyDigest;
import io.tollgate.store.ChangeFeed;
import io.tollgate.store.LogPage;
import io.tollgate.store.LogPosition;
import io.tollgate.store.ProjectionFeed;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks both stores, again and again, whether what the gateway holds is still true, and tells {@link
 * Trust} what they say.
 *
 * <p>Redis is asked at each tick, one question at a time. Postgres is asked rarely while Redis
 * confirms, and at each tick as soon as Redis is late: so the ring goes on when either is lost. The
 * gateway is put on Postgres' list before its first poll counts. Confined to the context of the
 * stores' connections.
 */
final class Watch implements ProjectionFeed.Listener {
  /** How often the list is told that this gateway lives, where nothing else is to be told. */
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  private final FenceConfig config;
  private final Trust trust;
  private final ProjectionFeed redis;
  private final ChangeFeed postgres;
  private final Clocks clocks;
  private boolean registered;
  private boolean stepping;
  private boolean polling;
  private boolean confirming;
  private boolean stopped;
  private @Nullable Moment polledAt;
  private @Nullable Moment confirmedAt;
  private String confirmedEpoch = "";
  private @Nullable LogPosition confirmed;
  private long skewMillis;

  Watch(FenceConfig config, Trust trust, ProjectionFeed redis, ChangeFeed postgres, Clocks clocks) {
    this.config = config;
    this.trust = trust;
    this.redis = redis;
    this.postgres = postgres;
    this.clocks = clocks;
  }

  /** Opens the connections and asks for the first time. */
  void open() {
    redis.open(this);
    tick();
  }

  /** Asks what is due; to be called every {@link FenceConfig#interval}. */
  void tick() {
    if (stopped) {
      return;
    }
    Moment now = clocks.now();
    if (!stepping) {
      step(now);
    }
    if (!polling && isPollDue(now)) {
      poll(now);
    }
  }

  private boolean isPollDue(Moment now) {
    Moment last = polledAt;
    return last == null
        || trust.wantsPoll()
        || !trust.isConfirmedByRedis(config.bound().toNanos() / 2, now)
        || !last.isWithin(config.pollInterval().toNanos(), now);
  }

  private void step(Moment sent) {
    stepping = true;
    redis
        .step()
        .onComplete(
            answer -> {
              stepping = false;
              trust.stepped(answer.connection(), sent, answer.applied(), clocks.now());
            },
            failure -> stepping = false);
  }

  private void poll(Moment sent) {
    polling = true;
    polledAt = sent;
    // Not counted before the gateway is on the list: a revocation may have to ask everyone there.
    Future<Void> listed = registered ? Future.succeededFuture() : register();
    listed
        .compose(
            onList -> {
              Moment asked = clocks.now();
              long number = trust.pollSent();
              return postgres
                  .poll(trust.epoch(), trust.level())
                  .map(page -> polled(number, asked, page));
            })
        .onComplete(
            more -> {
              polling = false;
              if (more && !stopped) {
                poll(clocks.now());
              } else if (trust.isRegressed()) {
                renewHistory();
              } else {
                confirm();
              }
            },
            failure -> {
              polling = false;
              LOG.debug("poll failed: {}", failure.getMessage());
            });
  }

  /** This gateway may be the only one who remembers: then nobody else would ever do it. */
  private void renewHistory() {
    LOG.warn("the change log has gone back: Postgres must have been restored");
    postgres
        .renewHistory(trust.epoch())
        .onFailure(failure -> LOG.debug("history not renewed: {}", failure.getMessage()));
  }

  private Future<Void> register() {
    Moment sent = clocks.now();
    return postgres
        .register()
        .onSuccess(
            listed -> {
              registered = true;
              confirmed = null;
              trust.listed(sent);
            });
  }

  private boolean polled(long number, Moment asked, LogPage page) {
    Moment now = clocks.now();
    // Half of the trip there, half back: the store's clock was read in between.
    skewMillis = page.storeMillis() - (asked.millis() + now.millis()) / 2;
    return trust.polled(number, asked, page);
  }

  /** Tells the list how far this gateway is, where that is news or a sign of life is due. */
  private void confirm() {
    String epoch = trust.epoch();
    LogPosition level = trust.level();
    Moment now = clocks.now();
    Moment last = confirmedAt;
    boolean alive = last != null && last.isWithin(SIGN_OF_LIFE.toNanos(), now);
    boolean news = !level.equals(confirmed) || !epoch.equals(confirmedEpoch);
    if (stopped || confirming || (alive && !news)) {
      return;
    }
    confirming = true;
    postgres
        .confirm(epoch, level)
        .onComplete(
            listed -> {
              confirming = false;
              confirmedAt = now;
              confirmedEpoch = epoch;
              confirmed = level;
              registered = listed;
              if (listed) {
                trust.listed(now);
              } else {
                LOG.warn(
                    "this gateway was not on the list and registers again: Postgres was restored,"
                        + " or another gateway has the same gateway.name");
              }
            },
            failure -> confirming = false);
  }

  /** Stops asking, and takes the gateway off the list: nothing is served any more. */
  Future<Void> close() {
    stopped = true;
    return registered ? postgres.leave() : Future.succeededFuture();
  }

  /** Returns how far the stores' clock is ahead of this machine's, as seen last. */
  long skewMillis() {
    return skewMillis;
  }

  @Override
  public void connected(long connection, String runId) {
    trust.connected(connection, runId);
  }

  @Override
  public void changed(long connection, List<KeyDigest> digests) {
    trust.changed(connection, digests);
  }

  @Override
  public void flushed(long connection) {
    trust.flushed(connection);
    tick();
  }

  @Override
  public void lost(long connection) {
    trust.lost(connection);
    tick();
  }
}
