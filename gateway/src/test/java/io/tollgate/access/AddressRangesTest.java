package io.tollgate.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangesTest {
  private static AddressRanges ranges(String... texts) {
    return AddressRanges.of(List.of(texts));
  }

  private static IpAddress address(String text) {
    return Objects.requireNonNull(IpAddress.parse(text), text);
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1, 192.0.2.2",
    "192.0.2.1/32, 192.0.2.1, 192.0.2.0",
    "10.0.0.0/8, 10.255.255.255, 11.0.0.0",
    "10.0.0.0/8, 10.0.0.0, 9.255.255.255",
    "192.0.2.128/25, 192.0.2.128, 192.0.2.127",
    "0.0.0.0/0, 255.255.255.255, ::1",
    "128.0.0.0/1, 128.0.0.0, 127.255.255.255",
    "2001:db8::1, 2001:db8::1, 2001:db8::2",
    "2001:db8::1/128, 2001:db8::1, 2001:db8::",
    "2001:db8::/32, 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff, 2001:db9::",
    "2001:db8:0:1::/64, 2001:db8:0:1:ffff::, 2001:db8:0:2::",
    "2001:db8::8000:0:0:0/65, 2001:db8::ffff:0:0:0, 2001:db8::7fff:0:0:0",
    "::/0, ffff::, 192.0.2.1",
    "::ffff:10.0.0.0/104, 10.1.2.3, 11.0.0.0",
    "::ffff:0:0/96, 192.0.2.1, ::1",
    "10.0.0.0/8, ::ffff:10.1.2.3, ::10.1.2.3"
  })
  void hold_what_begins_like_them_and_nothing_else(String range, String inside, String outside) {
    assertThat(ranges(range).contains(address(inside))).isTrue();
    assertThat(ranges(range).contains(address(outside))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/8",
        "10.0.0.0/",
        "10.0.0.0/33",
        "::/129",
        "10.0.0.0/-1",
        "10.0.0.0/08",
        "10.0.0.0/8/8",
        "10.0.0.0/255.0.0.0",
        "10.0.0.0 /8",
        "10/8",
        "10.0.0.1/8",
        "2001:db8::1/32",
        "::ffff:10.0.0.0/8",
        "[::1]/128",
        "10.0.0.0-10.0.0.9",
        "localhost",
        "*"
      })
  void are_nothing_else_and_name_what_is_not_one(String text) {
    assertThatThrownBy(() -> ranges("192.0.2.1", text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining('"' + text + '"');
  }

  @Test
  void hold_together_what_each_of_them_holds() {
    var random = new Random(1);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      int zeros = random.nextInt(6);
      int second = random.nextInt(256) >> zeros << zeros;
      texts.add("10." + second + ".0.0/" + (16 - zeros));
      texts.add(Integer.toHexString(second << 8) + "::/" + (8 - zeros));
    }
    AddressRanges all = AddressRanges.of(texts);
    List<AddressRanges> each = texts.stream().map(text -> ranges(text)).toList();
    for (int i = 0; i < 256; i++) {
      for (String text : List.of("10." + i + ".1.2", Integer.toHexString(i << 8) + "::1")) {
        boolean expected = each.stream().anyMatch(one -> one.contains(address(text)));
        assertThat(all.contains(address(text))).as(text).isEqualTo(expected);
      }
    }
  }

  @Test
  void of_none_hold_nothing() {
    assertThat(AddressRanges.NONE.isEmpty()).isTrue();
    assertThat(AddressRanges.NONE.contains(InetAddress.getLoopbackAddress())).isFalse();
    assertThat(AddressRanges.NONE.contains(address("::"))).isFalse();
    assertThat(ranges("127.0.0.1", "::1").contains(InetAddress.getLoopbackAddress())).isTrue();
  }

  @Test
  void are_no_more_than_their_bound() {
    int max = AddressRanges.COUNT_MAX;
    assertThat(AddressRanges.of(Collections.nCopies(max, "::1")).isEmpty()).isFalse();
    assertThatThrownBy(() -> AddressRanges.of(Collections.nCopies(max + 1, "::1")))
        .hasMessageContaining("1000")
        .hasMessageContaining("1001");
  }
}
