package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NettyVersionTest {
  @Test
  void what_the_build_brings_is_new_enough() {
    assertThatCode(NettyVersion::check).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"4.2.18.Final", "4.2.18", "4.2.19.Final-SNAPSHOT", "4.3.0.Beta1", "5.0.0"})
  void the_oldest_and_newer_ones_are_taken(String version) {
    assertThatCode(() -> NettyVersion.check(Map.of("netty-codec-http", version)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"4.2.17.Final", "4.1.200.Final", "4.2.9.Final", "4.2", "unknown", ""})
  void an_older_one_is_refused_and_named(String version) {
    Map<String, String> parts =
        Map.of("netty-codec-http", "4.2.18.Final", "netty-codec-http2", version);
    assertThatThrownBy(() -> NettyVersion.check(parts))
        .isInstanceOf(StartFault.class)
        .hasMessage("netty-codec-http2 on the class path must be 4.2.18 or newer, was " + version);
  }

  @Test
  void jars_that_tell_no_version_are_refused() {
    assertThatThrownBy(() -> NettyVersion.check(Map.of("netty-common", "4.2.18.Final")))
        .isInstanceOf(StartFault.class)
        .hasMessageContaining("don't tell it");
  }
}
