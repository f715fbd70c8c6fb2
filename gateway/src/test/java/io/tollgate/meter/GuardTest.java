package io.tollgate.meter;

import static io.tollgate.meter.MeteredPlace.PLAN;
import static io.tollgate.meter.MeteredPlace.SUBJECT;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.KeyId;
import io.tollgate.store.PostgresUsage;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.UsageProof;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.EnumSet;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A meter that is abandoned at random moments, on the way to a ledger on which questions and
 * answers get lost: with all rules each unit is in the ledger once, and without any one of them
 * not.
 */
class GuardTest {
  private static final long SEED = 20_261_126;
  private static final int LIVES = 12;
  private static final int ROUNDS_MAX = 10;

  private TestPostgres postgres;
  private Vertx vertx;
  private PostgresUsage ledger;

  @BeforeEach
  void start() {
    postgres = TestPostgres.database();
    vertx = Vertx.vertx();
    Promise<PostgresUsage> made = Promise.promise();
    vertx
        .getOrCreateContext()
        .runOnContext(unused -> made.complete(new PostgresUsage(vertx, postgres.config())));
    ledger = await(made.future());
  }

  @AfterEach
  void stop() {
    await(ledger.close());
    await(vertx.close());
    postgres.close();
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.await(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Plays some lives that end at any moment and a last one that ends well; returns the units. */
  private long play(EnumSet<Guard> guards, long seed) {
    var way = new HostileLedger(ledger, seed);
    var random = new Random(seed);
    long counted = 0;
    try (var place = new MeteredPlace(way)) {
      place.guards = guards;
      place.segmentRows = 8;
      for (int life = 0; life < LIVES; life++) {
        UsageMeter meter = place.open();
        LoopMeter loop = meter.loop();
        counted += live(place, way, loop, random);
        // As a process that is killed: nothing is told, nothing is closed.
        MeteredPlace.kill(meter);
      }
      way.becomeKind();
      MeteredPlace.close(place.open());
    }
    return counted;
  }

  private static long live(MeteredPlace place, HostileLedger way, LoopMeter loop, Random random) {
    long counted = 0;
    for (int second = random.nextInt(5); second >= 0; second--) {
      int requests = random.nextInt(20);
      for (int request = 0; request < requests; request++) {
        loop.verified(new KeyId(0, random.nextInt(5)), SUBJECT, PLAN, 1);
        counted++;
      }
      if (second > 0) {
        long asked = way.asked();
        place.passSecond(loop);
        if (requests > 0 && random.nextBoolean()) {
          awaitQuestion(way, asked);
        }
      }
    }
    return counted;
  }

  /** Lets the meter's thread come to the point where it asks the ledger. */
  private static void awaitQuestion(HostileLedger way, long asked) {
    long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    while (way.asked() == asked && System.nanoTime() < untilNanos) {
      Thread.onSpinWait();
    }
  }

  private long inLedger() {
    return Long.parseLong(
        postgres.query("SELECT coalesce(sum(verified), 0) FROM tollgate.usage_hour"));
  }

  @Test
  void with_all_rules_each_unit_is_in_the_ledger_once_and_no_batch_is_missing() {
    long counted = play(EnumSet.allOf(Guard.class), SEED);
    assertThat(inLedger()).isEqualTo(counted).isPositive();
    assertThat(await(ledger.prove())).isEqualTo(new UsageProof(0, 0, 0, 0, 0));
  }

  @ParameterizedTest
  @EnumSource(Guard.class)
  void without_any_one_rule_a_unit_is_lost_or_counted_twice(Guard missing) {
    var guards = EnumSet.complementOf(EnumSet.of(missing));
    long counted = 0;
    // When the thread of a meter is stopped is not the seed's to say.
    for (int round = 0; round < ROUNDS_MAX && inLedger() == counted; round++) {
      counted += play(guards, SEED + round);
    }
    assertThat(inLedger()).as("without %s", missing).isNotEqualTo(counted);
  }
}
