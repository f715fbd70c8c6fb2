package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
  private static final String ID = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PARENT = "00f067aa0ba902b7";
  private static final String TRACE = "00-" + ID + '-' + PARENT + "-01";

  private static String traceId(String value) {
    return TraceContext.traceId(Heads.requestWith("X: y", "Traceparent: " + value));
  }

  @Test
  void the_trace_of_a_request_is_known() {
    assertThat(traceId(TRACE)).isEqualTo(ID);
    assertThat(traceId("00-" + ID + '-' + PARENT + "-ff")).isEqualTo(ID);
  }

  @Test
  void what_a_request_says_of_its_trace_is_known_word_for_word() {
    assertThat(TraceContext.parent(Heads.requestWith("X: y", "Traceparent: " + TRACE)))
        .isEqualTo(TRACE);
    assertThat(TraceContext.parent(Heads.requestWith("Traceparent: " + TRACE + '-'))).isEmpty();
  }

  @Test
  void a_request_without_one_has_none() {
    assertThat(TraceContext.traceId(Heads.requestWith("X: y"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "00-" + ID + '-' + PARENT,
        "00-" + ID + '-' + PARENT + "-0",
        "00-" + ID + '-' + PARENT + "-01-",
        "00-" + ID + '-' + PARENT + "-0g",
        "00-" + ID + '-' + PARENT + "-0A",
        "00_" + ID + '-' + PARENT + "-01",
        "00-" + ID + '_' + PARENT + "-01",
        "00-" + ID + '-' + PARENT + "_01",
        "01-" + ID + '-' + PARENT + "-01",
        "ff-" + ID + '-' + PARENT + "-01",
        "00-00000000000000000000000000000000-" + PARENT + "-01",
        "00-" + ID + "-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + PARENT + "-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-" + PARENT + "0-01",
        TRACE + ", " + TRACE
      })
  void what_is_not_well_formed_is_none(String value) {
    assertThat(traceId(value)).isEmpty();
  }

  @Test
  void two_are_none() {
    assertThat(
            TraceContext.traceId(
                Heads.requestWith("Traceparent: " + TRACE, "traceparent: " + TRACE)))
        .isEmpty();
  }
}
