package io.tollgate.management.scim;

import static io.tollgate.management.scim.Bodies.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScimJsonTest {
  private static String refused(String text) {
    return refusal(() -> ScimJson.parse(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void a_body_is_read_as_it_is_and_written_so() {
    String text = "{\"a\":[1,2.50,true,null],\"b\":{\"c\":\"é😀\"}}";
    assertThat(ScimJson.text(ScimJson.parse(text))).isEqualTo(text);
    byte[] marked = ("\uFEFF" + text).getBytes(StandardCharsets.UTF_8);
    assertThat(ScimJson.text(ScimJson.parse(marked))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          ~~                  | 400 invalidSyntax: The body must be a JSON object.
          []                  | 400 invalidSyntax: The body must be a JSON object.
          "a"                 | 400 invalidSyntax: The body must be a JSON object.
          null                | 400 invalidSyntax: The body must be a JSON object.
          {"secret":"pass     | 400 invalidSyntax: The body is not JSON (line 1, column 16).
          {'a':1}             | 400 invalidSyntax: The body is not JSON (line 1, column 2).
          {"a":1} x           | 400 invalidSyntax: The body is not JSON (line 1, column 9).
          {"a":1,"a":2} \
            | 400 invalidSyntax: The body names a member twice (line 1, column 11).
          {"a":"\\u0000"} \
            | 400 invalidValue: a holds a NUL character (\\u0000), which can't be kept.
          {"a\\u0000":1} \
            | 400 invalidValue: The name of a member holds a NUL character (\\u0000), which \
          can't be kept.
          {"a":["\\ud800"]} \
            | 400 invalidValue: a holds half of a surrogate pair, which can't be kept.
          {"a":{"b":"\\udc00\\ud800"}} \
            | 400 invalidValue: b holds half of a surrogate pair, which can't be kept.
          {"a":1e999999999}   | 400 invalidValue: a must be a number of 100 digits at most.
          {"a":1e99999999999} \
            | 400 invalidValue: The body holds a number that may have 100 digits at most.
          {"a":1e100}         | 400 invalidValue: a must be a number of 100 digits at most.
          {"a":12e99}         | 400 invalidValue: a must be a number of 100 digits at most.
          {"a":1e-101}        | 400 invalidValue: a must be a number of 100 digits at most.
          """)
  void what_can_not_be_kept_is_refused_and_not_repeated(String text, String reason) {
    assertThat(refused(text)).isEqualTo(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e99", "-1e99", "12e98", "1e-100", "0e99", "1.5e99"})
  void what_is_written_of_a_number_can_be_read_again(String number) {
    String written = ScimJson.text(ScimJson.parse("{\"a\":" + number + "}"));
    assertThat(ScimJson.text(ScimJson.parse(written))).isEqualTo(written);
  }

  @Test
  void bodies_are_bounded_in_depth_and_in_digits() {
    String deep = "{\"a\":".repeat(99) + "[]" + "}".repeat(99);
    assertThat(ScimJson.text(ScimJson.parse(deep))).isEqualTo(deep);
    assertThat(refused("{\"a\":".repeat(100) + "[]" + "}".repeat(100)))
        .startsWith("400 invalidSyntax: The body may be nested 100 deep");
    assertThat(refused("{\"a\":" + "[".repeat(200_000)))
        .startsWith("400 invalidSyntax: The body may be nested 100 deep");
    assertThat(refused("{\"a\":" + "9".repeat(101) + "}")).startsWith("400 invalidValue");
    assertThat(refused("{\"a\":" + "9".repeat(100_000) + "}")).startsWith("400 invalidSyntax");
  }

  @Test
  void other_bytes_than_utf_8_are_refused() {
    assertThat(refusal(() -> ScimJson.parse(new byte[] {'{', '"', (byte) 0xc3, '"', '}'})))
        .isEqualTo("400 invalidSyntax: The body must be UTF-8.");
    assertThat(refusal(() -> ScimJson.parse("{\"a\":1}".getBytes(StandardCharsets.UTF_16))))
        .isEqualTo("400 invalidSyntax: The body must be UTF-8.");
  }

  @Test
  void an_error_is_spelled_as_the_standard_has_it() {
    assertThat(ScimJson.text(ScimError.uniqueness("Taken.").toJson()))
        .isEqualTo(
            "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],\"status\":\"409\","
                + "\"scimType\":\"uniqueness\",\"detail\":\"Taken.\"}");
    assertThat(ScimJson.text(ScimError.notFound("No such user.").toJson()))
        .isEqualTo(
            "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],\"status\":\"404\","
                + "\"detail\":\"No such user.\"}");
    assertThat(ScimError.comeAgain(429, "Busy.", 3).retryAfterSeconds()).isEqualTo(3);
  }
}
