package io.tollgate.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.plan.Limit;
import io.tollgate.plan.Per;
import io.tollgate.store.Awaiting;
import io.tollgate.store.LimitAnswer;
import io.tollgate.store.LimitTerms;
import io.tollgate.store.LimitTrip;
import io.tollgate.store.RedisLimits;
import io.tollgate.store.TestRedis;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The script on a real Redis; beside it its twin, which the model runs. */
class ScriptTest {
  private static final long SEED = 20_261_126;
  private static Vertx vertx;
  private static TestRedis redis;
  private static Connected connected;

  /** The connection lives on a context of its own. */
  private static final class Connected extends VerticleBase {
    private @Nullable RedisLimits states;

    @Override
    public Future<?> start() {
      states = new RedisLimits(vertx, redis.config(), Duration.ofSeconds(5));
      return Future.succeededFuture();
    }

    LimitAnswer take(LimitTrip trip) {
      Promise<LimitAnswer> answer = Promise.promise();
      RedisLimits known = Objects.requireNonNull(states);
      context.runOnContext(unused -> known.take(trip).onComplete(answer));
      return await(answer.future());
    }
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.await(30, TimeUnit.SECONDS);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    redis = TestRedis.start();
    connected = new Connected();
    await(vertx.deployVerticle(connected));
  }

  @AfterAll
  static void stop() {
    await(vertx.close());
    redis.close();
  }

  @BeforeEach
  void wipe() {
    redis.command("FLUSHALL");
  }

  private static LimitTerms terms(String name, Limit limit, long ahead) {
    Rate rate = Rate.of(limit);
    return new LimitTerms(name, rate.p(), rate.q(), rate.burst(), rate.leaseMicros(), ahead);
  }

  private static LimitTrip trip(Limit limit, Long... costs) {
    return new LimitTrip(List.of(terms("tollgate:limit:a", limit, 0)), List.of(costs));
  }

  @Test
  void the_script_and_its_twin_answer_alike_whatever_they_are_asked() {
    var random = new SplittableRandom(SEED);
    var twin = new TwinStates(false);
    for (int round = 0; round < 60; round++) {
      List<Limit> limits = new ArrayList<>();
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        limits.add(limit(random));
      }
      for (int step = 0; step < 40; step++) {
        LimitTrip trip = trip(random, round, limits);
        LimitAnswer answer = connected.take(trip);
        assertThat(answer).as("%s", trip).isEqualTo(twin.run(trip, answer.nowMicros()));
      }
    }
  }

  private static Limit limit(SplittableRandom random) {
    long window =
        random.nextBoolean()
            ? random.nextLong(1, 60)
            : random.nextLong(1, Limit.WINDOW_SECONDS_MAX + 1);
    long most = Math.min(Limit.UNITS_MAX, Limit.RATE_MAX * window);
    long units = random.nextBoolean() ? random.nextLong(1, 50) : random.nextLong(1, most + 1);
    return new Limit(Per.KEY, units, window, random.nextLong(1, units + 1));
  }

  private static LimitTrip trip(SplittableRandom random, int round, List<Limit> limits) {
    long least = limits.stream().mapToLong(Limit::burst).min().orElseThrow();
    List<LimitTerms> terms = new ArrayList<>();
    for (Limit limit : limits) {
      long ahead = random.nextBoolean() ? random.nextLong(1 + limit.burst() / 3) : 0;
      long life = random.nextBoolean() ? 0 : random.nextLong(1, 2_000_000);
      LimitTerms all = terms("tollgate:limit:" + round + ':' + terms.size(), limit, ahead);
      terms.add(new LimitTerms(all.name(), all.p(), all.q(), all.burst(), life, ahead));
    }
    List<Long> costs = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      costs.add(random.nextLong(1, Math.max(2, least / (1 + random.nextInt(20)) + 1)));
    }
    return new LimitTrip(terms, costs);
  }

  @Test
  void a_request_takes_from_all_limits_or_from_none() {
    var wide = new Limit(Per.SUBJECT, 10, 3_600, 10);
    var narrow = new Limit(Per.KEY, 1, 3_600, 1);
    LimitTerms one = terms("tollgate:limit:wide", wide, 0);
    LimitTerms other = terms("tollgate:limit:narrow", narrow, 0);
    assertThat(connected.take(new LimitTrip(List.of(one, other), List.of(1L, 1L, 1L))).passed())
        .isEqualTo(1);
    assertThat(connected.take(new LimitTrip(List.of(one), List.of(9L))).passed()).isEqualTo(1);
    assertThat(connected.take(new LimitTrip(List.of(one), List.of(1L))).passed()).isZero();
  }

  @Test
  void a_state_is_gone_as_soon_as_its_burst_is_back_and_not_before() {
    var limit = new Limit(Per.KEY, 20, 1, 20);
    connected.take(trip(limit, 10L));
    long millis = Long.parseLong(String.valueOf(redis.command("PTTL", "tollgate:limit:a")));
    assertThat(millis).isBetween(1L, 502L);
    Awaiting.until(
        "the state is gone", () -> "0".equals(redis.command("EXISTS", "tollgate:limit:a")));
    assertThat(connected.take(trip(limit, 20L)).passed()).isEqualTo(1);
  }

  @Test
  void a_refused_request_writes_nothing() {
    var limit = new Limit(Per.KEY, 1, 3_600, 1);
    connected.take(trip(limit, 1L));
    String state = String.valueOf(redis.command("GET", "tollgate:limit:a"));
    assertThat(connected.take(trip(limit, 1L)).passed()).isZero();
    assertThat(redis.command("GET", "tollgate:limit:a")).isEqualTo(state);
  }

  @Test
  void what_is_no_state_counts_as_none_and_a_state_beyond_the_burst_as_a_spent_one() {
    var limit = new Limit(Per.KEY, 10, 10, 10);
    redis.command("SET", "tollgate:limit:a", "garbage");
    assertThat(connected.take(trip(limit, 10L)).passed()).isEqualTo(1);
    redis.command("DEL", "tollgate:limit:a");
    redis.command("RPUSH", "tollgate:limit:a", "a", "b");
    assertThat(connected.take(trip(limit, 10L)).passed()).isEqualTo(1);
    // As after a clock that went back: nobody is locked out for longer than a burst takes.
    redis.command("SET", "tollgate:limit:a", "9000000000000000:0");
    LimitAnswer answer = connected.take(trip(limit, 1L));
    assertThat(answer.passed()).isZero();
    assertThat(answer.arrivalMicros().getFirst() - answer.nowMicros()).isEqualTo(10_000_000);
  }

  @Test
  void a_server_that_has_forgotten_the_script_is_told_it_again() {
    var limit = new Limit(Per.KEY, 2, 3_600, 2);
    connected.take(trip(limit, 1L));
    redis.command("SCRIPT", "FLUSH");
    assertThat(connected.take(trip(limit, 1L, 1L)).passed()).isEqualTo(1);
  }

  @Test
  void a_server_that_takes_no_writes_fails_the_trip() {
    redis.command("CONFIG", "SET", "maxmemory", "1");
    try {
      assertThatThrownBy(() -> connected.take(trip(new Limit(Per.KEY, 1, 1, 1), 1L)))
          .hasMessageContaining("failed");
    } finally {
      redis.command("CONFIG", "SET", "maxmemory", "0");
    }
  }
}
