package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class TargetFuzzTest {
  private static final Pattern ENCODED_UNRESERVED =
      Pattern.compile("%(2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])");
  private static final Pattern LOWER_CASE_DIGITS = Pattern.compile("%([a-f].|.[a-f])");

  static Stream<byte[]> seeds() {
    return Stream.of(
            "/",
            "/a/b/?c=d&e=%2f..//",
            "/%61dmin",
            "/%c3%a4%E2%82%ac/%F0%9f%98%80",
            "/100%25/%25a",
            "/%25%32%65%25%32%65",
            "/a%2Fb",
            "/a%5cb;c",
            "/../.%2e/%2E./...",
            "/.well-known/a..b/.c",
            "//",
            "/a:b@c!$&'()*+,=",
            "/%c0%ae%ed%a0%80",
            "/a%",
            "/a%4",
            "http://a/b",
            "*")
        .map(Heads::bytes);
  }

  @MethodSource("seeds")
  @FuzzTest
  void a_target_has_one_canonical_form_that_two_parsers_agree_on(byte[] bytes) {
    String text = Heads.text(bytes, 0, bytes.length);
    Target target = Target.parse(text);
    if (target == null) {
      assertThat(TargetTable.canonical(text)).isNull();
      return;
    }
    assertThat(target.toRequestTarget()).isEqualTo(TargetTable.canonical(text));
    assertThat(Target.parse(target.toRequestTarget())).isEqualTo(target);
    assertThat(target.path() + '/').doesNotContain("/./", "/../", "\\", ";", "?", "#");
    assertThat(target.path()).startsWith("/").doesNotContain("//");
    assertThat(ENCODED_UNRESERVED.matcher(target.path()).find()).isFalse();
    assertThat(LOWER_CASE_DIGITS.matcher(target.path()).find()).isFalse();
    assertThat(target.toRequestTarget().chars().allMatch(c -> c > ' ' && c < 0x7f)).isTrue();
  }
}
