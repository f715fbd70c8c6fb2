package io.tollgate.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Per;
import java.math.BigInteger;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The arithmetic of one limit in one place. */
class GcraTest {
  private static final long SEED = 20_261_126;
  private static final long SECOND = 1_000_000;
  private static final Rate TEN_A_SECOND_BURST_OF_THREE = Rate.of(new Limit(Per.KEY, 10, 1, 3));
  private static final long INTERVAL = SECOND / 10;

  private final long start = -5;
  private final Gcra gcra = new Gcra();

  private boolean take(long nowMicros) {
    return gcra.take(TEN_A_SECOND_BURST_OF_THREE, 1, nowMicros, nowMicros);
  }

  private long waits(long nowMicros) {
    return gcra.waitMicros(TEN_A_SECOND_BURST_OF_THREE, 1, nowMicros);
  }

  private void takeBurst() {
    for (int i = 0; i < 3; i++) {
      assertThat(take(start)).isTrue();
    }
  }

  @Test
  void the_unit_after_the_burst_waits_for_the_time_of_one() {
    takeBurst();
    assertThat(take(start)).isFalse();
    assertThat(waits(start)).isEqualTo(INTERVAL);
    assertThat(waits(start + INTERVAL - 1)).isEqualTo(1);
    assertThat(take(start + INTERVAL - 1)).isFalse();
    assertThat(take(start + INTERVAL)).isTrue();
  }

  @Test
  void a_refused_unit_takes_nothing() {
    takeBurst();
    for (int i = 0; i < 100; i++) {
      assertThat(take(start)).isFalse();
    }
    assertThat(take(start + INTERVAL)).isTrue();
  }

  @Test
  void a_long_rest_gives_back_one_burst_and_no_more() {
    takeBurst();
    long later = start + 3_600 * SECOND;
    for (int i = 0; i < 3; i++) {
      assertThat(take(later)).isTrue();
    }
    assertThat(take(later)).isFalse();
  }

  @Test
  void units_that_may_be_used_later_count_from_then_on() {
    assertThat(gcra.take(TEN_A_SECOND_BURST_OF_THREE, 2, start + INTERVAL, start)).isTrue();
    assertThat(take(start)).isFalse();
    assertThat(waits(start)).isEqualTo(INTERVAL);
  }

  @Test
  void the_burst_passes_at_once_at_any_rate_and_not_a_unit_more() {
    var random = new SplittableRandom(SEED);
    for (int i = 0; i < 2_000; i++) {
      Limit limit = limit(random, 2_000);
      Rate rate = Rate.of(limit);
      var state = new Gcra();
      for (long taken = 0; taken < limit.burst(); taken++) {
        assertThat(state.take(rate, 1, 0, 0)).as("unit %d of %s", taken, limit).isTrue();
      }
      assertThat(state.take(rate, 1, 0, 0)).as("%s", limit).isFalse();
      assertThat(new Gcra().take(rate, limit.burst(), 0, 0)).as("%s", limit).isTrue();
      assertThat(new Gcra().take(rate, limit.burst() + 1, 0, 0)).as("%s", limit).isFalse();
    }
  }

  private static Limit limit(SplittableRandom random, long unitsMax) {
    long window = random.nextLong(1, Limit.WINDOW_SECONDS_MAX + 1);
    long units = random.nextLong(1, Math.min(unitsMax, Limit.RATE_MAX * window) + 1);
    return new Limit(Per.KEY, units, window, random.nextLong(1, units + 1));
  }

  @Test
  void spans_of_time_are_exact_for_the_largest_and_oddest_limits() {
    var random = new SplittableRandom(SEED);
    for (int i = 0; i < 20_000; i++) {
      Limit limit = limit(random, Limit.UNITS_MAX);
      Rate rate = i % 2 == 0 ? Rate.of(limit) : Rate.share(limit, random.nextInt(1, 2_000));
      long units = random.nextLong(rate.burst() + 1);
      BigInteger[] exact =
          BigInteger.valueOf(units)
              .multiply(BigInteger.valueOf(rate.p()))
              .divideAndRemainder(BigInteger.valueOf(rate.q()));
      assertThat(rate.micros(units)).as("%s", limit).isEqualTo(exact[0].longValueExact());
      assertThat(rate.rest(units)).as("%s", limit).isEqualTo(exact[1].longValueExact());
    }
  }

  /**
   * Bucket4j counts what has come back, and GCRA when all of it will be: with greedy refill and the
   * same clock both are one rule.
   */
  @Test
  void bucket4j_lets_the_same_requests_pass() {
    var random = new SplittableRandom(SEED);
    for (int i = 0; i < 200; i++) {
      Limit limit = limit(random, 1_000_000);
      var clock = new BucketClock();
      Bucket bucket =
          Bucket.builder()
              .withCustomTimePrecision(clock)
              .addLimit(
                  band ->
                      band.capacity(limit.burst())
                          .refillGreedy(limit.units(), Duration.ofSeconds(limit.windowSeconds())))
              .build();
      Rate rate = Rate.of(limit);
      var state = new Gcra();
      long spread = Math.max(2, 2 * rate.micros(1));
      for (int request = 0; request < 500; request++) {
        clock.micros += random.nextInt(4) == 0 ? 0 : random.nextLong(spread);
        long units = random.nextInt(5) == 0 ? 1 + random.nextLong(limit.burst()) : 1;
        assertThat(state.take(rate, units, clock.micros, clock.micros))
            .as("request %d of %d units, %s", request, units, limit)
            .isEqualTo(bucket.tryConsume(units));
      }
    }
  }

  private static final class BucketClock implements TimeMeter {
    long micros = 1_000 * SECOND;

    @Override
    public long currentTimeNanos() {
      return micros * 1_000;
    }

    @Override
    public boolean isWallClockBased() {
      return false;
    }
  }
}
