package io.tollgate.management.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.tollgate.key.Secret;
import io.tollgate.management.billing.RecordingServer.Behavior;
import io.tollgate.management.billing.RecordingServer.Told;
import java.math.BigInteger;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Stripe is told of what was added, once, whatever it answers. */
class StripeSinkTest extends EventsToTell {
  private static final String SECRET = "sk_stripe_nobody_may_see";

  private static final UsageEvent EVENT =
      new UsageEvent(
          1,
          "5f3c",
          TEN.atOffset(ZoneOffset.UTC),
          "org_1",
          "ak_1",
          "",
          "verified",
          1,
          BigInteger.ONE,
          BigInteger.ZERO,
          "cus_A1");

  @Test
  void stripe_is_told_what_each_revision_added_under_the_id_of_its_customer() {
    customer(subject, "cus_A1");
    use("verified = 5");
    gather();
    postgres.execute(grow(9));
    now = TEN.plus(Duration.ofHours(50));
    gather();
    toStripe().step(now);
    assertThat(server.told()).hasSize(2);
    Told first = server.told().getFirst();
    String id = postgres.query("SELECT id FROM tollgate.usage_event WHERE revision = 1");
    assertThat(first.line()).isEqualTo("POST /v1/billing/meter_events HTTP/1.1");
    assertThat(first.headers().get("authorization")).isEqualTo("Bearer " + SECRET);
    assertThat(first.headers().get("idempotency-key")).isEqualTo(id);
    assertThat(decoded(first))
        .containsExactly(
            "event_name=tollgate_verified",
            "identifier=" + id,
            "timestamp=" + TEN.getEpochSecond(),
            "payload[stripe_customer_id]=cus_A1",
            "payload[value]=5");
    assertThat(decoded(server.told().getLast())).contains("payload[value]=4");
  }

  @Test
  void whom_stripe_does_not_know_is_passed_over() {
    customer(subject, "not a customer");
    use("verified = 5");
    gather();
    UsageDelivery delivery = toStripe();
    delivery.step(now);
    assertThat(server.told()).isEmpty();
    assertThat(sequence()).isEqualTo("1");
  }

  @Test
  void what_stripe_will_never_take_is_noted_and_holds_nobody_up() {
    customer(subject, "cus_A1");
    use("verified = 5, status_2xx = 5");
    gather();
    server.next(200, 422, 200);
    UsageDelivery delivery = toStripe();
    delivery.step(now);
    assertThat(server.told()).hasSize(3);
    assertThat(
            postgres.query(
                "SELECT string_agg(sink || ' ' || meter || ' ' || status, ',')"
                    + " FROM tollgate.usage_refused r JOIN tollgate.usage_event e"
                    + " ON e.id = r.event_id"))
        .isEqualTo("stripe forwarded 422");
  }

  @Test
  void a_400_may_speak_of_a_meter_that_is_missing_so_that_nothing_is_passed_over() {
    customer(subject, "cus_A1");
    use("verified = 5, status_2xx = 5");
    gather();
    server.next(200, 400, 400);
    UsageDelivery delivery = toStripe();
    delivery.step(now);
    delivery.step(now.plus(UsageDelivery.BACKOFF_MAX));
    assertThat(sequence()).isEqualTo("1");
    assertThat(postgres.query("SELECT count(*) FROM tollgate.usage_refused")).isEqualTo("0");
    delivery.step(now.plus(UsageDelivery.BACKOFF_MAX).plus(UsageDelivery.BACKOFF_MAX));
    assertThat(sequence()).as("once the meter is there").isEqualTo("3");
    assertThat(server.told().stream().map(told -> told.headers().get("idempotency-key")).distinct())
        .hasSize(3);
  }

  @Test
  void a_failure_that_speaks_of_an_event_names_it() {
    server.next(400);
    UsageSink.Delivery delivery =
        new StripeSink(http, new Secret(SECRET), server.url()).deliver(List.of(EVENT));
    assertThat(delivery.failure()).isEqualTo("answered 400 to event 5f3c of tollgate_verified");
  }

  @Test
  void where_stripe_fails_it_goes_on_with_the_event_that_failed() {
    customer(subject, "cus_A1");
    use("verified = 5, status_2xx = 5");
    gather();
    server.next(200, Behavior.CUT);
    UsageDelivery delivery = toStripe();
    delivery.step(now);
    assertThat(sequence()).isEqualTo("1");
    delivery.step(now.plus(UsageDelivery.BACKOFF_MAX));
    List<String> ids =
        server.told().stream().map(told -> told.headers().get("idempotency-key")).toList();
    assertThat(ids).hasSize(4);
    assertThat(ids.get(2)).isEqualTo(ids.get(1));
    assertThat(ids.stream().distinct()).hasSize(3);
  }

  @Test
  void an_answer_whose_body_never_comes_holds_nothing_up() {
    customer(subject, "cus_A1");
    use("verified = 5, status_2xx = 5");
    gather();
    server.next(Behavior.STALL);
    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> toStripe().step(now));
    assertThat(server.told()).hasSize(3);
    assertThat(sequence()).isEqualTo("3");
  }

  private void customer(String organization, String customer) {
    postgres.execute(
        """
        INSERT INTO tollgate.organization (id, name, slug, role_set_id, private_metadata)
        SELECT '%1$s', 'o', 'o', id, '{"stripe_customer_id": "%2$s"}' FROM tollgate.role_set
        """
            .formatted(organization, customer));
  }

  private String sequence() {
    return postgres.query("SELECT sequence FROM tollgate.usage_sink WHERE name = 'stripe'");
  }

  private static List<String> decoded(Told told) {
    return List.of(told.body().split("&", -1)).stream()
        .map(member -> URLDecoder.decode(member, StandardCharsets.UTF_8))
        .toList();
  }

  private UsageDelivery toStripe() {
    return new UsageDelivery(
        transactions, new StripeSink(http, new Secret(SECRET), server.url() + "/"));
  }

  @Test
  void a_key_that_fits_no_header_is_not_told_either() {
    var sink = new StripeSink(http, new Secret(SECRET + "\n"), server.url());
    assertThat(sink.deliver(List.of(EVENT)).failure())
        .startsWith("is out of reach")
        .doesNotContain(SECRET);
  }
}
