package io.tollgate.management.billing;

import io.tollgate.key.Secret;
import io.tollgate.management.billing.HttpCaller.NoAnswer;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells Stripe of usage by meter events. Stripe adds them up, so an event's value is what its
 * revision added; and it takes an identifier once within a day, so that an event told twice counts
 * once.
 *
 * <p>Subjects that nobody has given a customer's id are passed over.
 */
final class StripeSink implements UsageSink {
  private static final Pattern CUSTOMER = Pattern.compile("cus_[0-9A-Za-z]{1,64}");

  /**
   * Of the refusals of a request those that another time, another key or another setting at Stripe
   * may do away with. Stripe answers 400 also of a meter that is not there (yet), with each of its
   * events: what is passed over then was never billed, so that it is waited for instead.
   */
  private static final Set<Integer> PASSING = Set.of(400, 401, 403, 404, 408, 409, 425, 429);

  /** How long it goes on before it is noted how far it came. */
  private static final Duration WHILE = Duration.ofMinutes(1);

  private final HttpCaller http;
  private final Secret key;
  private final URI uri;

  StripeSink(HttpCaller http, Secret key, String url) {
    this.http = http;
    this.key = key;
    String base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    uri = BillingConfig.uri("billing.stripe-url", base + "/v1/billing/meter_events");
  }

  @Override
  public String name() {
    return "stripe";
  }

  @Override
  public Delivery deliver(List<UsageEvent> events) {
    List<Refused> refused = new ArrayList<>();
    int done = 0;
    long startNanos = System.nanoTime();
    for (UsageEvent event : events) {
      if (System.nanoTime() - startNanos > WHILE.toNanos()) {
        break;
      }
      @Nullable String customer = event.customer();
      if (customer != null && CUSTOMER.matcher(customer).matches()) {
        try {
          int status = tell(event, customer);
          if (status / 100 == 4 && !PASSING.contains(status)) {
            refused.add(new Refused(event.id(), status));
          } else if (status / 100 != 2) {
            return new Delivery(
                done,
                refused,
                "answered " + status + " to event " + event.id() + " of " + meter(event));
          }
        } catch (NoAnswer e) {
          return new Delivery(done, refused, e.getMessage());
        }
      }
      done++;
    }
    return new Delivery(done, refused, null);
  }

  private int tell(UsageEvent event, String customer) throws NoAnswer {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("event_name", meter(event));
    form.put("identifier", event.id());
    form.put("timestamp", Long.toString(event.hour().toEpochSecond()));
    form.put("payload[stripe_customer_id]", customer);
    form.put("payload[value]", event.units().subtract(event.previousUnits()).toString());
    String body =
        form.entrySet().stream()
            .map(member -> encoded(member.getKey()) + "=" + encoded(member.getValue()))
            .collect(Collectors.joining("&"));
    Map<String, String> headers =
        Map.of(
            "Authorization",
            "Bearer " + key.reveal(),
            "Content-Type",
            "application/x-www-form-urlencoded",
            "Idempotency-Key",
            event.id());
    return http.post(uri, headers, body.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns what its meter is called at Stripe. */
  private static String meter(UsageEvent event) {
    return "tollgate_" + event.meter();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
