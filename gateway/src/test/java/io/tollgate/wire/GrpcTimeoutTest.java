package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a call may take is read to the letter, and of calls by gRPC alone. */
class GrpcTimeoutTest {
  private static long nanos(String type, String timeout) {
    return GrpcTimeout.nanos(
        Heads.requestWith("Content-Type: " + type, "Grpc-Timeout: " + timeout));
  }

  @ParameterizedTest
  @CsvSource({
    "1H,PT1H",
    "2M,PT2M",
    "3S,PT3S",
    "4m,PT0.004S",
    "5u,PT0.000005S",
    "6n,PT0.000000006S",
    "00000010S,PT10S",
    "0S,PT0S"
  })
  void a_number_and_a_unit_are_a_time(String text, Duration time) {
    assertThat(nanos("application/grpc", text)).isEqualTo(time.toNanos());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "S", "-1S", "+1S", "1.5S", "1s", "1 S", "123456789S", "1SS"})
  void anything_else_is_none(String text) {
    assertThat(nanos("application/grpc", text)).isEqualTo(GrpcTimeout.NONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/grpc+proto", "application/grpc;v=1", "Application/GRPC"})
  void each_kind_of_grpc_has_it(String type) {
    assertThat(nanos(type, "1n")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/grpc-web", "application/json", "application/grp"})
  void other_requests_have_none(String type) {
    assertThat(nanos(type, "1n")).isEqualTo(GrpcTimeout.NONE);
  }

  @Test
  void without_the_field_there_is_none() {
    assertThat(GrpcTimeout.nanos(Heads.requestWith("Content-Type: application/grpc")))
        .isEqualTo(GrpcTimeout.NONE);
  }
}
