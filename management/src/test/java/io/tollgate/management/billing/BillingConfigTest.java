package io.tollgate.management.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.key.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with a setting is told at the start, without what it holds. */
class BillingConfigTest {
  private static final String HIDDEN = "hunter2";

  private static BillingConfig config(String cloudEvents, String key, String stripe) {
    return new BillingConfig(
        new Secret(cloudEvents), new Secret(key), stripe, BillingConfig.DEADLINE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hunter2\n", "hunter2 ", "hunter2\u00e9", "\u0000hunter2", ""})
  void a_key_that_fits_no_header_is_refused(String key) {
    assertThatThrownBy(() -> config("https://sink", key, BillingConfig.STRIPE_URL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("billing.stripe-key must be")
        .hasMessageNotContaining(HIDDEN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://stripe.example",
        "http://127.0.0.1.example",
        "http://localhost.example:80/",
        "https://hunter2@stripe.example",
        "ftp://stripe.example"
      })
  void the_key_goes_nowhere_in_the_clear(String url) {
    assertThatThrownBy(() -> config("https://sink", "sk_1", url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("billing.stripe-url must be")
        .hasMessageNotContaining(HIDDEN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1:1", "http://localhost:1/", "http://[::1]:1"})
  void but_to_loopback(String url) {
    assertThat(config("http://sink/in", "sk_1", url).stripeUrl()).isEqualTo(url);
  }

  @Test
  void an_address_with_a_user_is_refused() {
    assertThatThrownBy(() -> config("https://u:hunter2@sink/in", "sk_1", BillingConfig.STRIPE_URL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("billing.cloudevents-url must be")
        .hasMessageNotContaining(HIDDEN);
  }
}
