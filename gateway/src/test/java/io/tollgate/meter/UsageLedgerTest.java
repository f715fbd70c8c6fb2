package io.tollgate.meter;

import static io.tollgate.meter.MeteredPlace.KEY;
import static io.tollgate.meter.MeteredPlace.OTHER_SUBJECT;
import static io.tollgate.meter.MeteredPlace.PLAN;
import static io.tollgate.meter.MeteredPlace.SUBJECT;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Gauge;
import io.tollgate.key.KeyId;
import io.tollgate.store.Awaiting;
import io.tollgate.store.PostgresUsage;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.UsageBatch;
import io.tollgate.store.UsageProof;
import io.tollgate.store.UsageRow;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the ledger in Postgres makes of batches, and what a meter and it do together. */
class UsageLedgerTest {
  private static final UUID INSTANCE = new UUID(1, 1);
  private static final long HOUR = 3_600_000;
  private static final long NOW_MINUTE = System.currentTimeMillis() / HOUR * 60;
  private static final String UNITS =
      "SELECT coalesce(sum(verified + refused + status_1xx + status_2xx + status_3xx + status_4xx"
          + " + status_5xx + unanswered), 0) FROM tollgate.";

  private TestPostgres postgres;
  private Vertx vertx;
  private PostgresUsage ledger;

  @BeforeEach
  void start() {
    postgres = TestPostgres.database();
    vertx = Vertx.vertx();
    ledger = ledger(postgres);
  }

  private PostgresUsage ledger(TestPostgres of) {
    Promise<PostgresUsage> made = Promise.promise();
    vertx
        .getOrCreateContext()
        .runOnContext(unused -> made.complete(new PostgresUsage(vertx, of.config())));
    return await(made.future());
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.await(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void stop() {
    await(ledger.close());
    await(vertx.close());
    postgres.close();
  }

  private static UsageBatch batch(long sequence, long minute, UsageRow... rows) {
    return new UsageBatch(INSTANCE, 1, sequence, minute, minute * 60_000, 0, List.of(rows));
  }

  private static UsageRow row(KeyId key, long... counts) {
    long[] all = new long[8];
    System.arraycopy(counts, 0, all, 0, counts.length);
    return new UsageRow(key, SUBJECT.id(), PLAN, all);
  }

  private long units(String table) {
    return Long.parseLong(postgres.query(UNITS + table));
  }

  @Test
  void a_batch_is_added_to_the_hour_and_the_minute_of_each_key() {
    UsageRow row = row(KEY, 1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(await(ledger.take("g", List.of(batch(1, NOW_MINUTE, row))))).isEqualTo(1);
    assertThat(
            await(
                ledger.take(
                    "g", List.of(batch(2, NOW_MINUTE, row), batch(3, NOW_MINUTE + 1, row)))))
        .isEqualTo(2);
    String columns =
        "verified, refused, status_1xx, status_2xx, status_3xx, status_4xx, status_5xx, unanswered";
    assertThat(
            postgres.query(
                "SELECT (subject, key_id, version_id, came_at = hour, "
                    + columns
                    + ")::text FROM tollgate.usage_hour WHERE hour = to_timestamp("
                    + NOW_MINUTE * 60
                    + ")"))
        .isEqualTo("(%s,%s,%s,t,3,6,9,12,15,18,21,24)".formatted(SUBJECT, KEY, PLAN));
    assertThat(
            postgres.query(
                "SELECT string_agg(verified::text, ',' ORDER BY minute)"
                    + " FROM tollgate.usage_minute"))
        .isEqualTo("2,1");
    assertThat(postgres.query("SELECT gateway FROM tollgate.meter_boot")).isEqualTo("g");
  }

  @Test
  void what_is_replayed_or_comes_late_or_in_another_order_changes_nothing() {
    var random = new Random(5);
    List<UsageBatch> batches = new ArrayList<>();
    long sum = 0;
    for (int sequence = 1; sequence <= 60; sequence++) {
      var key = new KeyId(0, random.nextInt(5));
      UsageRow row = row(key, random.nextInt(10), 1);
      sum += row.units();
      batches.add(batch(sequence, NOW_MINUTE - random.nextInt(200), row));
    }
    for (int round = 0; round < 4; round++) {
      Collections.shuffle(batches, random);
      for (int from = 0; from < batches.size(); from += 7) {
        List<UsageBatch> trip = batches.subList(from, Math.min(batches.size(), from + 7));
        List<UsageBatch> twice = new ArrayList<>(trip);
        twice.addAll(trip);
        await(ledger.take("g", round % 2 == 0 ? trip : twice));
      }
      assertThat(units("usage_hour")).isEqualTo(sum);
      assertThat(units("usage_minute")).isEqualTo(sum);
    }
    assertThat(await(ledger.prove())).isEqualTo(new UsageProof(0, 0, 1, 0, 0));
  }

  @Test
  void what_comes_two_days_after_its_hour_stands_in_a_row_of_the_hour_in_which_it_came() {
    UsageRow row = row(KEY, 1);
    // Not 47, since an hour may begin meanwhile; then two hours may be those in which it came.
    await(ledger.take("g", List.of(batch(1, NOW_MINUTE - 46 * 60, row))));
    await(ledger.take("g", List.of(batch(2, NOW_MINUTE - 48 * 60, row))));
    await(ledger.take("g", List.of(batch(3, NOW_MINUTE - 48 * 60 + 5, row))));
    assertThat(
            postgres.query(
                """
                SELECT string_agg(came || ' ' || verified, ', ' ORDER BY came) FROM (
                  SELECT CASE WHEN came_at = hour THEN 'in time:'
                    WHEN came_at > now() - interval '2 hours' THEN 'late:' END AS came,
                    sum(verified) AS verified
                  FROM tollgate.usage_hour GROUP BY 1) each
                """))
        .isEqualTo("in time: 1, late: 2");
  }

  @Test
  void a_batch_that_is_missing_is_a_hole_once_its_process_has_ended_or_time_has_passed() {
    await(ledger.begin(INSTANCE, 1, "g"));
    await(ledger.take("g", List.of(batch(1, NOW_MINUTE), batch(3, NOW_MINUTE))));
    assertThat(await(ledger.prove()).holes()).isZero();
    postgres.execute("UPDATE tollgate.meter_batch SET taken_at = now() - interval '6 minutes'");
    assertThat(await(ledger.prove())).isEqualTo(new UsageProof(0, 1, 1, 0, 0));
    await(ledger.end(INSTANCE, 1, "g", 5));
    assertThat(await(ledger.prove())).isEqualTo(new UsageProof(0, 3, 0, 0, 0));
    await(
        ledger.take(
            "g", List.of(batch(2, NOW_MINUTE), batch(4, NOW_MINUTE), batch(5, NOW_MINUTE))));
    assertThat(await(ledger.prove()).holes()).isZero();
  }

  @Test
  void a_process_that_ended_without_a_word_is_ended_by_the_next() {
    await(ledger.begin(INSTANCE, 1, "g"));
    await(ledger.take("g", List.of(batch(1, NOW_MINUTE), batch(2, NOW_MINUTE))));
    await(ledger.begin(new UUID(9, 9), 7, "another"));
    assertThat(await(ledger.prove()).openBoots()).isEqualTo(2);
    await(ledger.begin(INSTANCE, 4, "g"));
    await(ledger.begin(INSTANCE, 4, "g"));
    assertThat(
            postgres.query(
                "SELECT string_agg(boot || ':' || coalesce(last_sequence::text, '?'), ' '"
                    + " ORDER BY boot) FROM tollgate.meter_boot"))
        .isEqualTo("1:2 4:? 7:?");
  }

  @Test
  void a_unit_that_is_in_a_batch_and_not_in_the_ledger_is_drift() {
    await(ledger.take("g", List.of(batch(1, NOW_MINUTE, row(KEY, 5, 0, 0, 2)))));
    postgres.execute("UPDATE tollgate.usage_hour SET status_2xx = 1, keys_created = 99");
    assertThat(await(ledger.prove()).drift()).isEqualTo(1);
  }

  @Test
  void what_is_kept_by_the_minute_goes_after_a_week() {
    UsageRow row = row(KEY, 1);
    await(ledger.take("g", List.of(batch(1, NOW_MINUTE, row), batch(2, NOW_MINUTE - 60, row))));
    assertThat(await(ledger.forget())).isZero();
    postgres.execute(
        "UPDATE tollgate.usage_minute SET minute = minute - interval '7 days 1 hour'"
            + " WHERE minute < to_timestamp("
            + NOW_MINUTE * 60
            + ")");
    assertThat(await(ledger.forget())).isEqualTo(1);
    assertThat(units("usage_minute")).isEqualTo(1);
    assertThat(units("usage_hour")).isEqualTo(2);
  }

  @Test
  void allowances_of_periods_long_over_go_and_credits_stay() {
    postgres.execute(
        """
        INSERT INTO tollgate.allowance (owner, name, period_start, granted) VALUES
          ('user_1', 'completed/day', now() - interval '401 days', 1),
          ('user_1', 'completed/day', now() - interval '399 days', 2),
          ('user_1', 'credits', to_timestamp(0), 3)""");
    assertThat(await(ledger.forget())).isEqualTo(1);
    assertThat(postgres.query("SELECT sum(granted) FROM tollgate.allowance")).isEqualTo("5");
  }

  @Test
  void what_is_used_of_a_hard_quota_without_a_lease_is_told() {
    await(ledger.take("g", List.of(batch(1, NOW_MINUTE, row(KEY, 1)))));
    assertThat(await(ledger.prove()).unleased()).isZero();
    postgres.execute(
        """
        INSERT INTO tollgate.allowance (owner, name, period_start, granted) VALUES
          ('user_1', 'completed/day', to_timestamp(0), 9);
        INSERT INTO tollgate.allowance_lease (
          instance, boot, owner, name, period_start, meter, period, units, settled)
        SELECT instance, boot, 'user_1', 'completed/day', to_timestamp(0), 'completed', 'day', 4, 6
        FROM tollgate.meter_boot""");
    assertThat(await(ledger.prove()).unleased()).isEqualTo(2);
  }

  @Test
  void a_keys_last_use_is_noted_unless_it_only_lacked_what_the_path_asked_for() {
    postgres.execute(
        "INSERT INTO tollgate.api_key (id, type, subject, name, scopes, number)"
            + " SELECT id, 'api_key', '"
            + SUBJECT
            + "', id, '{}', 0 FROM unnest(ARRAY['"
            + KEY
            + "', '"
            + new KeyId(3, 3)
            + "']) id");
    await(
        ledger.take(
            "g", List.of(batch(1, NOW_MINUTE, row(KEY, 1, 0, 0, 1), row(new KeyId(3, 3), 1)))));
    String lastUses =
        "SELECT string_agg(coalesce(extract(epoch FROM last_used_at)::bigint::text, '?'), ' '"
            + " ORDER BY id) FROM tollgate.api_key";
    assertThat(postgres.query(lastUses)).isEqualTo(NOW_MINUTE * 60 + " ?");
    await(ledger.take("g", List.of(batch(2, NOW_MINUTE - 9, row(KEY, 1, 1)))));
    assertThat(postgres.query(lastUses)).isEqualTo(NOW_MINUTE * 60 + " ?");
    await(ledger.take("g", List.of(batch(3, NOW_MINUTE + 2, row(KEY, 1, 1)))));
    assertThat(postgres.query(lastUses)).isEqualTo(NOW_MINUTE * 60 + 120 + " ?");
  }

  @Test
  void gateways_that_send_the_same_keys_in_other_orders_never_wait_for_each_other_for_good() {
    List<Future<Integer>> trips = new ArrayList<>();
    List<PostgresUsage> others = List.of(ledger, ledger(postgres), ledger(postgres));
    for (int gateway = 0; gateway < others.size(); gateway++) {
      for (int trip = 1; trip <= 20; trip++) {
        List<UsageRow> rows = new ArrayList<>();
        for (int key = 0; key < 200; key++) {
          rows.add(row(new KeyId(0, key), 1));
        }
        Collections.shuffle(rows, new Random(gateway * 100 + trip));
        var batch = new UsageBatch(new UUID(0, gateway), 1, trip, NOW_MINUTE, 0, 0, rows);
        trips.add(others.get(gateway).take("g" + gateway, List.of(batch)));
      }
    }
    trips.forEach(trip -> assertThat(await(trip)).isEqualTo(1));
    assertThat(units("usage_hour")).isEqualTo(3 * 20 * 200);
    others.stream().skip(1).forEach(other -> await(other.close()));
  }

  @Test
  void what_a_meter_counts_comes_to_the_ledger_and_a_clean_stop_ends_the_process() {
    try (var place = new MeteredPlace(ledger)) {
      UsageMeter meter = place.open();
      LoopMeter loop = meter.loop();
      loop.verified(KEY, SUBJECT, PLAN, 1);
      place.passSecond(loop);
      Awaiting.until("it is in the ledger", () -> units("usage_hour") == 1);
      Awaiting.until("its file is gone", () -> place.files(".closed").isEmpty());
      loop.answered(KEY, OTHER_SUBJECT, PLAN, 200, 1);
      MeteredPlace.close(meter);
      assertThat(units("usage_hour")).isEqualTo(2);
      assertThat(postgres.query("SELECT last_sequence FROM tollgate.meter_boot")).isEqualTo("2");
      assertThat(place.metrics.get("tollgate.usage").tag("unit", "completed").counter().count())
          .isEqualTo(1);
    }
    assertThat(await(ledger.prove())).isEqualTo(new UsageProof(0, 0, 0, 0, 0));
  }

  @Test
  void what_waits_while_postgres_is_away_is_there_when_it_is_back() {
    try (var own = TestPostgres.dedicated();
        var place = new MeteredPlace(ledger(own))) {
      UsageMeter meter = place.open();
      LoopMeter loop = meter.loop();
      own.shutDown();
      for (int second = 0; second < 5; second++) {
        loop.verified(KEY, SUBJECT, PLAN, 1);
        place.passSecond(loop);
        place.awaitClosed(second + 1);
      }
      Gauge waiting = place.metrics.get("tollgate.meter.segments.waiting").gauge();
      Awaiting.until("five wait", () -> waiting.value() == 5);
      MeteredPlace.kill(meter);
      UsageMeter next = place.open();
      own.restart();
      Awaiting.until(
          "all of it is in the ledger", () -> own.query(UNITS + "usage_hour").equals("5"));
      Awaiting.until("nothing waits", () -> place.files(".closed").isEmpty());
      Awaiting.until(
          "the one before has ended",
          () -> own.query("SELECT max(last_sequence) FROM tollgate.meter_boot").equals("5"));
      MeteredPlace.kill(next);
    }
  }
}
