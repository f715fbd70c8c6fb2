package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostTest {
  /** Stands among other bytes, which must not count. */
  private static boolean isHost(String text) {
    byte[] bytes = Heads.bytes("9" + text + "9]:1");
    return Host.isHost(bytes, 1, bytes.length - 4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "A.Example",
        "a-b_c.d.",
        "127.0.0.1",
        "a:1",
        "a:65535",
        "a:00080",
        "[::1]",
        "[::1]:8080",
        "[2001:DB8::ffff:192.0.2.1]"
      })
  void a_name_or_an_address_with_or_without_a_port_is_a_host(String text) {
    assertThat(isHost(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        ":80",
        "a:",
        "a:0",
        "a:65536",
        "a:000080",
        "a:8 0",
        "a:+80",
        "a:80:80",
        "a:x",
        "a b",
        "a,b",
        "a/b",
        "a?b",
        "a#b",
        "a@b",
        "a\\b",
        "a%62",
        "a\tb",
        "\u00e4",
        "a\"",
        "<a>",
        "[]",
        "[::1",
        "::1",
        "[::1]a",
        "[::1]:",
        "[::1]]",
        "[1]",
        "[a:b]",
        "[g::]",
        "[::1%25eth0]",
        "[v1.a]",
        "a[::1]"
      })
  void nothing_else_is(String text) {
    assertThat(isHost(text)).isFalse();
  }

  @Test
  void a_host_has_255_bytes_at_most() {
    assertThat(isHost("a".repeat(255))).isTrue();
    assertThat(isHost("a".repeat(256))).isFalse();
    assertThat(isHost("a".repeat(252) + ":80")).isTrue();
    assertThat(isHost("a".repeat(253) + ":80")).isFalse();
  }
}
