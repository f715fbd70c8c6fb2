package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class JdbcAddressTest {
  private static JdbcAddress of(String url) {
    return JdbcAddress.of(url, Duration.ofSeconds(2));
  }

  @Test
  void user_and_password_are_decoded_and_stand_apart_from_the_address() {
    JdbcAddress address = of("postgresql://a%40b:p%3Aw%2F+d@db.example:5433/orders");

    assertThat(address.user()).isEqualTo("a@b");
    assertThat(address.password()).isEqualTo("p:w/+d");
    assertThat(address.url()).startsWith("jdbc:postgresql://db.example:5433/orders?");
    assertThat(address.url() + address).doesNotContain("p%3Aw", "p:w", "a@b");
    assertThat(address).hasToString("db.example:5433/orders");
  }

  @Test
  void parameters_are_passed_on_and_the_deadline_is_set() {
    assertThat(of("postgresql://u@h/d?sslmode=verify-full&sslrootcert=/ca.pem").url())
        .contains("connectTimeout=2", "loginTimeout=2")
        .endsWith("&sslmode=verify-full&sslrootcert=/ca.pem");
  }

  @Test
  void what_the_url_leaves_out_stays_out() {
    JdbcAddress address = of("postgresql://h/d");

    assertThat(address.user()).isNull();
    assertThat(address.password()).isNull();
    assertThat(of("postgresql://u@[::1]:1/d").url()).startsWith("jdbc:postgresql://[::1]:1/d?");
  }
}
