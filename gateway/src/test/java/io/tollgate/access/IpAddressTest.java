package io.tollgate.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
  private static IpAddress address(String text) {
    return Objects.requireNonNull(IpAddress.parse(text), text);
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, 0.0.0.0",
    "192.0.2.1, 192.0.2.1",
    "255.255.255.255, 255.255.255.255",
    "::ffff:192.0.2.1, 192.0.2.1",
    "0:0:0:0:0:FFFF:c000:0201, 192.0.2.1",
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "2001:DB8:0:0:8:800:200C:417A, 2001:db8::8:800:200c:417a",
    "2001:0db8::0001, 2001:db8::1",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
    "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304",
    "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
    "ff02::1:ff00:0, ff02::1:ff00:0",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
  })
  void is_read_in_each_spelling_and_written_in_one(String text, String written) {
    assertThat(address(text)).hasToString(written).isEqualTo(address(written));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.",
        ".1.2.3.4",
        "1..2.3",
        "1.2.3.256",
        "1.2.3.4294967297",
        "01.2.3.4",
        "1.2.3.00",
        "0x1.2.3.4",
        "1.2.3.4 ",
        "+1.2.3.4",
        "1.2.3.4:80",
        "1.2.3.4/32",
        "\u0661.2.3.4",
        ":",
        ":::",
        "1:",
        ":1",
        "1:::2",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "1:2:3:4::5:6:7:8",
        "12345::",
        "g::",
        "::1.2.3",
        "::01.2.3.4",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1.2.3.4:5",
        "1.2.3.4::",
        "[::1]",
        "fe80::1%eth0",
        "::1/128",
        "localhost",
        "example.com"
      })
  void is_nothing_that_could_be_read_in_two_ways_or_asked_of_a_server(String text) {
    assertThat(IpAddress.parse(text)).isNull();
  }

  @Test
  void is_that_of_a_socket() throws UnknownHostException {
    byte[] ipv4 = {(byte) 192, 0, 2, (byte) 255};
    assertThat(IpAddress.of(InetAddress.getByAddress(ipv4))).isEqualTo(address("192.0.2.255"));
    byte[] ipv6 = {0x20, 1, 0xd, (byte) 0xb8, 0, 0, 0, 0, (byte) 0x80, 0, 0, 0, 0, 0, 0, 1};
    assertThat(IpAddress.of(InetAddress.getByAddress(ipv6)))
        .isEqualTo(address("2001:db8::8000:0:0:1"));
  }

  @Test
  void is_in_order_with_all_of_ipv4_first() {
    assertThat(address("9.0.0.0")).isLessThan(address("128.0.0.0"));
    assertThat(address("255.255.255.255")).isLessThan(address("::"));
    assertThat(address("::1")).isLessThan(address("8000::"));
    assertThat(address("1::7fff:0:0:0")).isLessThan(address("1::8000:0:0:0"));
    assertThat(address("::1")).isEqualByComparingTo(address("0::1"));
  }
}
