package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.store.PostgresConfig;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CommandDeadlineTest {
  private static final Secret URL = new Secret("postgresql://h/d");

  private static PostgresConfig database(Duration connectDeadline) {
    return new PostgresConfig(URL, PostgresConfig.DEADLINE, connectDeadline);
  }

  @Test
  void what_is_little_for_a_cold_start_is_made_enough_and_nothing_else_is_changed() {
    assertThat(CommandDeadline.of(database(PostgresConfig.CONNECT_DEADLINE)))
        .isEqualTo(database(CommandDeadline.CONNECT_MIN));
  }

  @Test
  void who_sets_more_than_that_is_given_it() {
    PostgresConfig patient = database(CommandDeadline.CONNECT_MIN.plusMillis(1));

    assertThat(CommandDeadline.of(patient)).isSameAs(patient);
  }
}
