package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
  @ParameterizedTest
  @CsvSource({
    "/, /",
    "/a/b, /a/b",
    "/a/, /a/",
    "/%61dmin, /admin",
    "/%7euser, /~user",
    "/a%20b, /a%20b",
    "/%c3%a4, /%C3%A4",
    "/100%25, /100%25",
    "/a%25zz, /a%25zz",
    "/%e2%82%ac, /%E2%82%AC",
    "/a:b@c!$&'()*+, /a:b@c!$&'()*+",
    "/..., /...",
    "/.well-known, /.well-known",
    "/a..b, /a..b"
  })
  void a_path_is_brought_to_one_spelling(String given, String canonical) {
    assertThat(Objects.requireNonNull(Target.parse(given)).path()).isEqualTo(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "admin",
        "http://host/a",
        "host:80",
        "//a",
        "/a//b",
        "/a//",
        "/.",
        "/..",
        "/./a",
        "/a/..",
        "/a/../b",
        "/%2e%2e/a",
        "/.%2E/a",
        "/a/%2e",
        "/a%2fb",
        "/a%2Fb",
        "/a\\b",
        "/a%5cb",
        "/a;b",
        "/..;/a",
        "/a%3bb",
        "/%252e%252e",
        "/a%252fb",
        "/%25%32%65%25%32%65/a",
        "/a%252%66b",
        "/a%25%32fb",
        "/%c0%ae%c0%ae/a",
        "/%e0%80%ae",
        "/%ff",
        "/a%0d%0aX: y",
        "/a%09",
        "/a%7f",
        "/%00",
        "/a%",
        "/a%4",
        "/a%zz",
        "/a%+1",
        "/a b",
        "/a\tb",
        "/a\u0000",
        "/a\u007f",
        "/\u00e4",
        "/a#b",
        "/a?b#c",
        "/a?b c",
        "/a?b\u0001",
        "/a?b\\c",
        "/%\uff11\uff12"
      })
  void what_two_servers_could_read_differently_has_no_canonical_form(String given) {
    assertThat(Target.parse(given)).isNull();
  }

  @Test
  void the_query_passes_as_it_came() {
    Target target = Objects.requireNonNull(Target.parse("/%61?x=%2f..//&y=;%zz"));
    assertThat(target.path()).isEqualTo("/a");
    assertThat(target.toRequestTarget()).isEqualTo("/a?x=%2f..//&y=;%zz");
  }

  @Test
  void canonical_form_is_stable_and_agrees_with_another_parser() {
    var random = new Random(3);
    String alphabet = "/.%2eEfF5cC;ab01~\\";
    int accepted = 0;
    for (int round = 0; round < 200_000; round++) {
      var text = new StringBuilder("/");
      for (int i = random.nextInt(12); i > 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      Target target = Target.parse(text.toString());
      if (target == null) {
        continue;
      }
      accepted++;
      assertThat(Target.parse(target.path())).isEqualTo(target);
      // The JDK's own resolver must see no dot segment left to resolve.
      URI uri = URI.create("http://h" + target.path());
      assertThat(uri.normalize().getRawPath()).isEqualTo(target.path());
      assertThat(uri.getPath()).doesNotContain("/../", "/./", "//", "\\");
    }
    assertThat(accepted).isGreaterThan(1_000);
  }
}
