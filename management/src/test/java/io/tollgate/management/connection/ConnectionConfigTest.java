package io.tollgate.management.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What identity providers are told, as it is set. */
class ConnectionConfigTest {
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, http://localhost:8081",
    "::, http://localhost:8081",
    "10.0.0.1, http://10.0.0.1:8081",
    "::1, http://[::1]:8081",
    "tollgate.example, http://tollgate.example:8081"
  })
  void without_a_public_address_that_of_the_listener_is_told(String host, String expected) {
    assertThat(ConnectionConfig.DEFAULTS.url(host, 8081)).isEqualTo(expected);
  }

  private static ConnectionConfig made(@Nullable String publicUrl, Duration tokenOverlap) {
    return new ConnectionConfig(
        publicUrl, tokenOverlap, ConnectionConfig.EMAILS_IN_LOG, Duration.ZERO);
  }

  @Test
  void a_public_address_is_told_as_it_is_set() {
    ConnectionConfig config = made("https://api.example/keys", Duration.ZERO);
    assertThat(config.url("0.0.0.0", 8081)).isEqualTo("https://api.example/keys");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "api.example",
        "ftp://api.example",
        "https://",
        "https://api.example/",
        "https://me@api.example",
        "https://api.example?a",
        "https://api.example#a",
        "https://a b"
      })
  void what_is_no_public_address_is_refused_by_its_setting(String url) {
    assertThatThrownBy(() -> made(url, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("management.public-url")
        .hasMessageContaining(url);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 31})
  void an_overlap_is_thirty_days_at_most(long days) {
    assertThatThrownBy(() -> made(null, Duration.ofDays(days)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("scim.token-overlap");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 3_651})
  void who_has_departed_is_remembered_for_ten_years_at_most(long days) {
    assertThatThrownBy(
            () ->
                new ConnectionConfig(
                    null, Duration.ZERO, ConnectionConfig.EMAILS_IN_LOG, Duration.ofDays(days)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("scim.departed-retention must be from 0s to 87600h");
  }
}
