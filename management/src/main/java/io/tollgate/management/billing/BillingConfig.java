package io.tollgate.management.billing;

import io.tollgate.key.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who is told of usage, and how; nobody by default.
 *
 * @param cloudEventsUrl where CloudEvents go; a secret, as it may hold one
 * @param stripeKey opens Stripe's API; null sends nothing there
 * @param stripeUrl where Stripe's API is
 * @param deadline how long one delivery may take before it counts as failed
 */
public record BillingConfig(
    @Nullable Secret cloudEventsUrl,
    @Nullable Secret stripeKey,
    String stripeUrl,
    Duration deadline) {
  public static final String STRIPE_URL = "https://api.stripe.com";
  public static final Duration DEADLINE = Duration.ofSeconds(10);

  /** What may stand in a header as it is. */
  private static final Pattern VISIBLE = Pattern.compile("[!-~]{1,500}");

  /** Addresses, and the one name that is always so. */
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[(::1|0:0:0:0:0:0:0:1)]");

  // Before the one below, which is checked by it.
  private static final Duration DEADLINE_MAX = Duration.ofSeconds(30);

  /** Tells nobody. */
  public static final BillingConfig OFF = new BillingConfig(null, null, STRIPE_URL, DEADLINE);

  public BillingConfig {
    if (cloudEventsUrl != null) {
      uri("billing.cloudevents-url", cloudEventsUrl.reveal());
    }
    if (stripeKey != null && !VISIBLE.matcher(stripeKey.reveal()).matches()) {
      throw new IllegalArgumentException(
          "billing.stripe-key must be 1 to 500 visible ASCII characters, without spaces");
    }
    URI stripe = uri("billing.stripe-url", stripeUrl);
    if (stripe.getScheme().equals("http") && !LOOPBACK.matcher(stripe.getHost()).matches()) {
      throw new IllegalArgumentException(
          "billing.stripe-url must be https://, since the key goes there; http:// is for loopback");
    }
    if (deadline.isNegative() || deadline.isZero() || deadline.compareTo(DEADLINE_MAX) > 0) {
      throw new IllegalArgumentException(
          "the deadline of a delivery must be from 1ms to " + DEADLINE_MAX.toSeconds() + "s");
    }
  }

  /** Reads a URL; what it holds is not repeated where it is none, since it may hold a secret. */
  static URI uri(String name, String text) {
    try {
      var uri = new URI(text);
      if (uri.getHost() != null
          && uri.getRawUserInfo() == null
          && Set.of("http", "https").contains(uri.getScheme())) {
        return uri;
      }
    } catch (URISyntaxException notOne) {
      // Told below, without the text.
    }
    throw new IllegalArgumentException(
        name + " must be http[s]://host[:port][/path], without user");
  }
}
