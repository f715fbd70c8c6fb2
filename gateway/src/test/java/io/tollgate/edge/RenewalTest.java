package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoop;
import io.tollgate.access.Scopes;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.Secret;
import io.tollgate.proxy.Forwarder;
import io.tollgate.proxy.Route;
import io.tollgate.ring.FenceConfig;
import io.tollgate.ring.Grant;
import io.tollgate.ring.RingConfig;
import io.tollgate.ring.Verifier;
import io.tollgate.ring.VirtualClocks;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.RecordSource;
import io.tollgate.store.RedisConfig;
import io.tollgate.store.StoreUnreachable;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.StoredRecord;
import io.tollgate.wire.RequestHead;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How long after a revocation an exchange may go on, in virtual time: ticks come when the test says
 * so, and the store answers as it says. The ring is never confirmed, so that each look is one at
 * the store, the longest way there is.
 */
class RenewalTest {
  /** What is promised, from when a revoke has returned to the last byte. */
  private static final Duration PROMISED = Duration.ofSeconds(1);

  private static final KeyRecord RECORD = StoredKeys.record(Scopes.NONE);

  private final VirtualClocks clocks = new VirtualClocks();
  private final Vertx vertx = Vertx.vertx();
  private final ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
  private final EventLoop eventLoop = context.nettyEventLoop();
  private final Secret key = new KeyFormat(StoredKeys.PEPPER).mint(new Random(1));
  private final List<Asked> unanswered = new CopyOnWriteArrayList<>();
  private volatile StoreState store = StoreState.VALID;
  private volatile @Nullable Refusal brokenOff;

  private final Verifier verifier =
      new Verifier(
          RingConfig.DEFAULTS,
          FenceConfig.DEFAULTS,
          new KeyFormat(StoredKeys.PEPPER),
          new StillStores(),
          new OneKey(),
          new StillStores(),
          context,
          clocks,
          new SimpleMeterRegistry());
  private final Renewal renewal =
      new Renewal(eventLoop, verifier, new EdgeMetrics(new SimpleMeterRegistry()));
  private final EdgeRequest request = new EdgeRequest(client());

  /** What whoever asks for the key hears. */
  enum StoreState {
    VALID,
    REVOKED,
    AWAY,
    SILENT
  }

  private record Asked(Promise<Optional<StoredRecord>> answer, long nanos) {}

  private final class OneKey implements RecordSource {
    @Override
    public Future<Optional<StoredRecord>> find(KeyDigest address) {
      if (!address.equals(KeyDigest.of(key))) {
        // Nothing special is known of its subject.
        return Future.succeededFuture(Optional.empty());
      }
      return switch (store) {
        case VALID -> Future.succeededFuture(Optional.of(RECORD));
        case REVOKED -> Future.succeededFuture(Optional.of(StoredKeys.revoked(RECORD, 2)));
        case AWAY -> Future.failedFuture(new StoreUnreachable("away"));
        case SILENT -> {
          var asked = new Asked(Promise.promise(), clocks.nanos());
          unanswered.add(asked);
          yield asked.answer().future();
        }
      };
    }
  }

  /** A client of whom nothing is asked but to be told of the end. */
  private EdgeClient client() {
    return (EdgeClient)
        Proxy.newProxyInstance(
            EdgeClient.class.getClassLoader(),
            new Class<?>[] {EdgeClient.class},
            (self, method, given) -> {
              assertThat(method.getName()).isEqualTo("breakOff");
              brokenOff = (Refusal) given[0];
              return null;
            });
  }

  @AfterEach
  void stop() {
    RunningGateway.await(vertx.close());
  }

  private Grant grant() {
    return (Grant) RunningGateway.await(verifier.lookUp(KeyDigest.of(key)));
  }

  private void begin() {
    store = StoreState.VALID;
    brokenOff = null;
    unanswered.clear();
    request.begin(new RequestHead(1_000, 10), clocks.nanos());
    request.setRoute(Route.to("/", "http://h"));
    request.setGrant(grant());
  }

  private void pass(Duration time) {
    clocks.advance(time);
  }

  private void tick() {
    renewal.tick(clocks.nanos());
    eventLoop.execute(() -> renewal.renew(request, clocks.nanos()));
    settle();
  }

  /** Waits until all has been done that a look-up does on the event loop, one task by the other. */
  private void settle() {
    for (int task = 0; task < 6; task++) {
      eventLoop.submit(() -> {}).syncUninterruptibly();
    }
  }

  /** Returns how long after the change the exchange was broken off, with a tick so often. */
  private Duration lasted(Duration tick, Duration firstTick, Duration change, StoreState next) {
    begin();
    long begunNanos = clocks.nanos();
    long changeNanos = begunNanos + change.toNanos();
    pass(firstTick);
    while (brokenOff == null) {
      tick();
      assertThat(clocks.nanos() - changeNanos).isLessThan(PROMISED.toNanos());
      pass(tick);
      if (store == StoreState.VALID && clocks.nanos() - changeNanos >= 0) {
        store = next;
      }
    }
    return Duration.ofNanos(clocks.nanos() - changeNanos).minus(tick);
  }

  @ParameterizedTest
  @CsvSource({"REVOKED,50", "AWAY,50", "SILENT,50", "REVOKED,60", "AWAY,60", "SILENT,60"})
  void whenever_a_revoke_returns_nothing_passes_a_second_later(StoreState next, int tickMillis) {
    Duration tick = Duration.ofMillis(tickMillis);
    Duration longest = Duration.ZERO;
    for (int firstTick = 1; firstTick <= 50; firstTick += 7) {
      for (int change = 0; change < 700; change += 13) {
        Duration lasted =
            lasted(tick, Duration.ofMillis(firstTick), Duration.ofMillis(change), next);
        longest = lasted.compareTo(longest) > 0 ? lasted : longest;
        assertThat(brokenOff)
            .isEqualTo(
                next == StoreState.REVOKED ? Refusal.KEY_INVALID : Refusal.STORES_UNREACHABLE);
      }
    }
    // A WebSocket's client that does not read has this to take the Close; then a tick closes it.
    Duration end = longest.plus(WebSocket.CUT_OFF_LINGER).plus(tick);
    assertThat(end).isLessThan(PROMISED);
    assertThat(longest).isGreaterThan(Duration.ofMillis(300));
  }

  @Test
  void a_redis_that_misses_its_deadline_ends_nothing_while_postgres_answers() {
    Duration late = RedisConfig.DEADLINE.multipliedBy(2);
    begin();
    store = StoreState.SILENT;
    for (int tick = 0; tick < 100; tick++) {
      pass(Forwarder.TICK);
      tick();
      answerWhatIsOlderThan(late);
    }
    assertThat(brokenOff).isNull();
  }

  @Test
  void what_pays_an_interval_is_one_at_a_time_and_over_with_what_it_is_for() {
    Duration interval = Duration.ofMillis(100);
    begin();
    assertThat(request.takeDue(clocks.nanos())).as("its request pays for all of it").isNull();
    request.payFrom(clocks.nanos(), interval.toNanos());
    assertThat(request.takeDue(clocks.nanos())).isNull();
    pass(interval.multipliedBy(2));
    EdgeRequest first = Objects.requireNonNull(request.takeDue(clocks.nanos()));
    assertThat(first.isGone()).isFalse();
    assertThat(request.takeDue(clocks.nanos())).as("the other, which is due").isNull();
    first.paid();
    EdgeRequest second = Objects.requireNonNull(request.takeDue(clocks.nanos()));
    request.setOver();
    assertThat(second.isGone()).isTrue();
    begin();
    assertThat(second.isGone()).as("whatever comes next on the connection").isTrue();
    pass(interval.multipliedBy(2));
    assertThat(request.takeDue(clocks.nanos())).isNull();
  }

  /** Begins an exchange, asks about it or does not, and lets nothing happen for long. */
  private void hold(Duration before, StoreState then) {
    begin();
    store = then;
    for (Duration left = before; !left.isZero(); left = left.minus(Forwarder.TICK)) {
      pass(Forwarder.TICK);
      tick();
    }
    pass(PROMISED.multipliedBy(3));
  }

  @Test
  void an_event_loop_that_was_held_up_asks_before_it_ends_anything() {
    hold(Duration.ZERO, StoreState.VALID);
    tick();
    assertThat(brokenOff).isNull();
    pass(Forwarder.TICK);
    tick();
    assertThat(brokenOff).as("the store has vouched for it").isNull();
  }

  @Test
  void an_answer_that_came_while_an_event_loop_was_held_up_counts() {
    hold(Duration.ofMillis(400), StoreState.SILENT);
    tick();
    assertThat(brokenOff).isNull();
    store = StoreState.VALID;
    answerWhatIsOlderThan(Duration.ZERO);
    for (int tick = 0; tick < 40; tick++) {
      pass(Forwarder.TICK);
      tick();
    }
    assertThat(brokenOff).isNull();
  }

  /** Whatever had come before is no sign that an answer could have been read. */
  @ParameterizedTest
  @ValueSource(ints = {300, 400, 500, 600, 650})
  void an_answer_has_time_after_a_pause(int beforeMillis) {
    hold(Duration.ofMillis(beforeMillis), StoreState.SILENT);
    for (int tick = 0; tick < 5; tick++) {
      tick();
      assertThat(brokenOff).isNull();
      pass(Forwarder.TICK);
    }
  }

  @Test
  void pauses_one_after_the_other_are_not_waited_for_without_end() {
    begin();
    store = StoreState.SILENT;
    int ticks = 0;
    for (; brokenOff == null; ticks++) {
      pass(PROMISED);
      tick();
    }
    assertThat(ticks).isEqualTo(22);
  }

  @Test
  void an_event_loop_that_is_late_again_and_again_ends_nothing_that_a_store_vouches_for() {
    Duration late = Forwarder.TICK.multipliedBy(3);
    begin();
    store = StoreState.SILENT;
    for (int tick = 0; tick < 100; tick++) {
      pass(late);
      tick();
      answerWhatIsOlderThan(late.multipliedBy(4));
      assertThat(brokenOff).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = StoreState.class,
      names = {"REVOKED", "AWAY", "SILENT"})
  void what_was_revoked_while_an_event_loop_was_held_up_ends_soon(StoreState next) {
    hold(Duration.ZERO, next);
    Duration more = Duration.ZERO;
    for (tick(); brokenOff == null; tick()) {
      pass(Forwarder.TICK);
      more = more.plus(Forwarder.TICK);
    }
    assertThat(more).isLessThanOrEqualTo(Duration.ofMillis(600));
  }

  private void answerWhatIsOlderThan(Duration late) {
    for (Asked asked : List.copyOf(unanswered)) {
      if (clocks.nanos() - asked.nanos() >= late.toNanos()) {
        eventLoop.execute(() -> asked.answer().complete(Optional.of(RECORD)));
        unanswered.remove(asked);
      }
    }
    settle();
  }

  @Test
  void a_look_up_that_another_has_overtaken_is_not_waited_for() {
    begin();
    store = StoreState.SILENT;
    pass(Duration.ofMillis(350));
    tick();
    assertThat(unanswered).hasSize(1);
    // What a WebSocket pays for next has its key looked up, too, and is granted anew.
    store = StoreState.VALID;
    pass(FenceConfig.DEFAULTS.bound());
    request.setGrant(grant());
    answerWhatIsOlderThan(Duration.ZERO);
    for (int tick = 0; tick < 40; tick++) {
      pass(Forwarder.TICK);
      tick();
      assertThat(brokenOff).isNull();
    }
    store = StoreState.REVOKED;
    for (int tick = 0; tick < 7; tick++) {
      pass(Forwarder.TICK);
      tick();
    }
    assertThat(brokenOff).isEqualTo(Refusal.KEY_INVALID);
  }
}
