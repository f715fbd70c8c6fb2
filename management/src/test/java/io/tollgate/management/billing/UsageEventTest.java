package io.tollgate.management.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.key.Secret;
import io.tollgate.management.billing.RecordingServer.Behavior;
import io.tollgate.management.billing.RecordingServer.Told;
import io.tollgate.store.StoreUnreachable;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Usage becomes events, once for each total, and sinks are told of them until they take them. */
class UsageEventTest extends EventsToTell {
  private static final String SECRET = "sk_stripe_nobody_may_see";

  private String events() {
    return postgres.query(
        """
        SELECT coalesce(string_agg(meter || ' ' || revision || ' ' || previous_units || '+'
          || (units - previous_units), ', ' ORDER BY sequence), '') FROM tollgate.usage_event
        """);
  }

  private UsageDelivery toCloudEvents() {
    return new UsageDelivery(
        transactions, new CloudEventsSink(http, new Secret(server.url() + "/in?token=" + SECRET)));
  }

  private static List<JsonObject> batch(Told told) {
    return new JsonArray(told.body()).stream().map(JsonObject.class::cast).toList();
  }

  @Test
  void an_hour_that_is_over_is_told_by_meter() {
    use("keys_created = 1, verified = 5, status_2xx = 3, status_5xx = 1");
    now = TEN.plus(Duration.ofMinutes(75)).minusMillis(1);
    gather();
    assertThat(events()).isEmpty();
    now = now.plusMillis(1);
    gather();
    assertThat(events())
        .isEqualTo("completed 1 0+3, forwarded 1 0+4, key_creations 1 0+1, verified 1 0+5");
  }

  @Test
  void what_has_not_changed_is_not_told_again_and_what_has_grown_is_told_whole() {
    use("verified = 5");
    gather();
    gather();
    postgres.execute(grow(8));
    gather();
    assertThat(events()).as("an hour is not walked over all the time").isEqualTo("verified 1 0+5");
    now = TEN.plus(Duration.ofHours(50));
    gather();
    gather();
    assertThat(events()).isEqualTo("verified 1 0+5, verified 2 5+3");
  }

  @Test
  void what_came_late_is_told_by_a_revision_of_its_hour() {
    use("verified = 5");
    now = TEN.plus(Duration.ofHours(50));
    gather();
    ledger.use(subject, "2026-05-07T10:00Z", key, "", "2026-05-12T03:00Z", "verified = 2");
    gather();
    assertThat(events()).isEqualTo("verified 1 0+5");
    now = Instant.parse("2026-05-12T04:15:00Z");
    gather();
    assertThat(events()).isEqualTo("verified 1 0+5, verified 2 5+2");
  }

  @Test
  void months_before_the_first_one_are_not_told() {
    ledger.use(subject, "2026-04-30T23:00Z", key, "", "verified = 5");
    ledger.use(subject, "2026-04-30T23:00Z", key, "", "2026-05-03T03:00Z", "verified = 5");
    ledger.use(subject, "2026-05-01T00:00Z", key, "", "verified = 6");
    gather();
    assertThat(events()).isEqualTo("verified 1 0+6");
  }

  @Test
  void more_than_a_step_takes_is_told_by_several() {
    postgres.execute(
        """
        INSERT INTO tollgate.usage_hour (subject, hour, key_id, version_id, came_at, verified)
        SELECT '%s', '2026-05-07T10:00Z', 'ak_' || md5(i::text), '', '2026-05-07T10:00Z', 1
        FROM generate_series(1, 1200) i
        """
            .formatted(subject));
    gather();
    assertThat(postgres.query("SELECT count(*) FROM tollgate.usage_event")).isEqualTo("1200");
  }

  @Test
  void none_gets_a_place_while_another_walk_gives_some() throws Exception {
    gather();
    use("verified = 5");
    try (Connection other = postgres.connect();
        Statement walk = other.createStatement()) {
      other.setAutoCommit(false);
      walk.execute("SELECT FROM tollgate.usage_walk WHERE name = 'late' FOR UPDATE");
      assertThatThrownBy(() -> gathering.step(now)).isInstanceOf(StoreUnreachable.class);
      assertThat(events()).as("a sink would pass over what the other adds").isEmpty();
    }
    gather();
    assertThat(events()).isEqualTo("verified 1 0+5");
  }

  @Test
  void an_id_is_made_of_what_it_names_in_every_database() {
    use("verified = 5");
    gather();
    String id = postgres.query("SELECT id FROM tollgate.usage_event");
    String named = "%s\n%s\n%s\n\nverified\n1".formatted(TEN.getEpochSecond(), subject, key);
    assertThat(id)
        .isEqualTo(postgres.query("SELECT encode(sha256('" + named + "'::bytea), 'hex')"));
  }

  @Test
  void cloud_events_come_in_batches_in_order() {
    use("verified = 5, status_2xx = 3");
    gather();
    UsageDelivery delivery = toCloudEvents();
    assertThat(delivery.step(now)).isFalse();
    delivery.step(now);
    assertThat(server.told()).hasSize(1);
    Told told = server.told().getFirst();
    assertThat(told.line()).isEqualTo("POST /in?token=" + SECRET + " HTTP/1.1");
    assertThat(told.headers().get("content-type"))
        .isEqualTo("application/cloudevents-batch+json; charset=utf-8");
    List<JsonObject> batch = batch(told);
    assertThat(batch.stream().map(event -> event.getJsonObject("data").getString("meter")))
        .containsExactly("completed", "forwarded", "verified");
    JsonObject event = batch.getLast();
    assertThat(event.getString("id")).matches("[0-9a-f]{64}");
    event.remove("id");
    assertThat(event)
        .isEqualTo(
            new JsonObject()
                .put("specversion", "1.0")
                .put("source", "urn:tollgate:usage")
                .put("type", "io.tollgate.usage.hour.v1")
                .put("subject", subject)
                .put("time", "2026-05-07T10:00:00Z")
                .put("datacontenttype", "application/json")
                .put(
                    "data",
                    new JsonObject()
                        .put("hour", "2026-05-07T10:00:00Z")
                        .put("subject", subject)
                        .put("key_id", key)
                        .putNull("plan_version_id")
                        .put("meter", "verified")
                        .put("units", 5)
                        .put("revision", 1)));
  }

  @ParameterizedTest
  @EnumSource(
      value = Behavior.class,
      names = {"HANG", "CUT", "NONSENSE", "REDIRECT"})
  void what_was_not_taken_is_told_again_under_the_same_id_but_not_at_once(Behavior behavior) {
    use("verified = 5");
    gather();
    server.next(behavior, 500, 429, 200);
    UsageDelivery delivery = toCloudEvents();
    delivery.step(now);
    delivery.step(now);
    assertThat(server.told()).as("it waits before it tries again").hasSize(1);
    for (int i = 0; i < 5; i++) {
      now = now.plus(UsageDelivery.BACKOFF_MAX);
      delivery.step(now);
    }
    assertThat(server.told()).hasSize(4);
    assertThat(server.told().stream().map(Told::body).distinct()).hasSize(1);
  }

  @Test
  void two_answers_to_one_request_are_one() {
    use("verified = 5");
    gather();
    server.next(Behavior.TWICE);
    UsageDelivery delivery = toCloudEvents();
    delivery.step(now);
    postgres.execute(grow(6));
    now = TEN.plus(Duration.ofHours(50));
    gather();
    delivery.step(now);
    delivery.step(now.plus(UsageDelivery.BACKOFF_MAX));
    List<Integer> units = new ArrayList<>();
    server
        .told()
        .forEach(
            told -> units.add(batch(told).getFirst().getJsonObject("data").getInteger("units")));
    assertThat(units.stream().distinct()).containsExactly(5, 6);
  }

  @Test
  void a_sink_is_told_of_nothing_before_the_month_in_which_it_was_first_seen() {
    use("verified = 5");
    gather();
    ledger.use(subject, "2026-06-01T00:00Z", key, "", "verified = 6");
    now = Instant.parse("2026-06-02T00:00:00Z");
    gather();
    UsageDelivery delivery = toCloudEvents();
    delivery.step(now);
    delivery.step(Instant.parse("2026-07-02T00:00:00Z"));
    assertThat(server.told()).hasSize(1);
    assertThat(batch(server.told().getFirst()).stream().map(event -> event.getString("time")))
        .containsExactly("2026-06-01T00:00:00Z");
  }

  @Test
  void one_process_tells_at_a_time() {
    use("verified = 5");
    gather();
    server.next(500);
    toCloudEvents().step(now);
    toCloudEvents().step(now);
    assertThat(server.told()).as("the first has the lease still").hasSize(1);
    postgres.execute("UPDATE tollgate.usage_sink SET held_until = now() - interval '1 second'");
    toCloudEvents().step(now);
    assertThat(server.told()).hasSize(2);
  }

  @Test
  void a_failure_names_neither_an_address_nor_a_secret() throws Exception {
    use("verified = 5");
    gather();
    server.close();
    var event =
        new UsageEvent(
            1,
            "id",
            TEN.atOffset(ZoneOffset.UTC),
            subject,
            key,
            "",
            "verified",
            1,
            BigInteger.ONE,
            BigInteger.ZERO,
            "cus_A1");
    for (UsageSink sink :
        List.of(
            new CloudEventsSink(http, new Secret(server.url() + "/" + SECRET)),
            new StripeSink(http, new Secret(SECRET), server.url()))) {
      UsageSink.Delivery delivery = sink.deliver(List.of(event));
      assertThat(delivery.done()).isZero();
      assertThat(delivery.failure()).startsWith("is out of reach").doesNotContain(SECRET, "127.0");
    }
  }
}
