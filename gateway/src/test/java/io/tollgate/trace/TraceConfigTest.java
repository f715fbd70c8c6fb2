package io.tollgate.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceConfigTest {
  private static TraceConfig to(String endpoint) {
    return new TraceConfig(
        TraceConfig.endpoint(endpoint), 0.5, 1_000, Duration.ofSeconds(1), "tollgate");
  }

  private static TraceConfig with(double ratio, int queueMax, Duration timeout, String name) {
    return new TraceConfig(null, ratio, queueMax, timeout, name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://collector:4318", "http://collector:4318/"})
  void an_endpoint_without_a_path_gets_that_of_the_protocol(String endpoint) {
    assertThat(to(endpoint).endpoint()).isEqualTo(URI.create("http://collector:4318/v1/traces"));
  }

  @Test
  void an_endpoint_with_a_path_stays() {
    assertThat(to("https://collector/in").endpoint()).isEqualTo(URI.create("https://collector/in"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"collector:4318", "ftp://collector", "http:///in", "http://c/?a=b", "http://c/#d"})
  void another_is_refused_by_name(String endpoint) {
    assertThatThrownBy(() -> to(endpoint))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("trace.endpoint")
        .hasMessageContaining("http://")
        .hasMessageEndingWith("was " + endpoint);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://user:hunter2@collector", "http://a b:hunter2@collector"})
  void a_password_in_one_is_not_shown(String endpoint) {
    assertThatThrownBy(() -> to(endpoint))
        .hasMessageContaining("trace.endpoint")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void what_is_out_of_bounds_is_refused_by_name() {
    Duration second = Duration.ofSeconds(1);
    assertThatThrownBy(() -> with(1.5, 1_000, second, "a"))
        .hasMessage("trace.sample-ratio must be 0 to 1, was 1.5");
    assertThatThrownBy(() -> with(Double.NaN, 1_000, second, "a"))
        .hasMessageContaining("trace.sample-ratio");
    assertThatThrownBy(() -> with(1, 15, second, "a")).hasMessageContaining("trace.queue-max");
    assertThatThrownBy(() -> with(1, 1_000, Duration.ZERO, "a"))
        .hasMessageContaining("trace.export-timeout");
    assertThatThrownBy(() -> with(1, 1_000, second, "a b"))
        .hasMessageContaining("trace.service-name")
        .hasMessageContaining("a b");
  }
}
