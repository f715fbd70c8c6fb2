package io.tollgate.management.scim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.unboundid.scim2.common.filters.Filter;
import com.unboundid.scim2.common.utils.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterTest {
  private static String read(String filter) {
    return Filters.parse(filter, ResourceKind.USER).toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          userName eq "x"                                | userName eq "x"
          USERNAME Eq "x"                                | userName eq "x"
          urn:ietf:params:scim:schemas:core:2.0:User:userName eq "x" | userName eq "x"
          emails co "x"                                  | emails.value co "x"
          emails[type eq "work"].value eq "x"            | emails[(type eq "work" and value eq "x")]
          emails[Type eq "work" and value eq "x"]        | emails[(type eq "work" and value eq "x")]
          title eq null                                  | not (title pr)
          title ne null                                  | title pr
          active eq "True"                               | active eq true
          active eq False                                | active eq false
          urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "x" \
            | urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "x"
          urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:DEPARTMENT eq "x" \
            | urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "x"
          urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department eq "x" \
            | urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "x"
          employeeNumber eq 7                            | employeeNumber eq 7
          title eq 7                                     | title eq "7"
          title eq "\\"\\u0041"                          | title eq "\\"A"
          a pr or b pr and c pr                          | (a pr or (b pr and c pr))
          (a pr or b pr) and c pr                        | ((a pr or b pr) and c pr)
          not(a pr) and NOT (b pr)                       | (not (a pr) and not (b pr))
          meta.created gt "2026-01-31T12:00:00+01:00"    | meta.created gt "2026-01-31T11:00:00Z"
          """)
  void is_read_as_providers_mean_it(String filter, String meant) {
    assertThat(read(filter)).isEqualTo(meant);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "userName",
        "userName eq",
        "userName eq x",
        "userName eq \"x",
        "userName is \"x\"",
        "userName eq \"x\" userName pr",
        "userName eq \"x\" and",
        "or userName pr",
        "(userName pr",
        "userName pr)",
        "emails[type eq \"work\"",
        "emails[]",
        "emails[type eq \"work\"]]",
        "emails[type[value pr]]",
        "emails[name.x pr]",
        "userName[value eq \"x\"]",
        "not userName pr",
        "()",
        "a.b.c pr",
        "urn:ietf:params:scim:schemas:core:2.0:User pr",
        "urn:\"x pr",
        "; DROP TABLE tollgate.scim_user eq \"x\"",
        "userName eq \"\\u0000\"",
        "userName eq \"\\ud800\"",
        "userName eq \"\u0000\"",
        "userName eq {}",
        "userName eq []",
        "userName eq true",
        "userName gt null",
        "active gt true",
        "active co \"t\"",
        "active eq \"yes\"",
        "active eq 1",
        "meta.created gt \"yesterday\"",
        "meta.created gt \"-292000000-01-01T00:00:00Z\"",
        "meta.created co \"2026\"",
        "name eq \"x\"",
        "password eq \"x\"",
        "password pr",
        "level eq 1e999999999",
        "level eq 1e99999999999",
        "level gt 5"
      })
  void that_is_none_is_refused(String filter) {
    assertThatExceptionOfType(ScimError.class)
        .isThrownBy(() -> read(filter))
        .satisfies(
            refusal -> {
              assertThat(refusal.status()).isEqualTo(400);
              assertThat(refusal.scimType()).isEqualTo("invalidFilter");
            });
  }

  @Test
  void is_refused_with_the_place_where_it_ends_to_be_one() {
    assertThatExceptionOfType(ScimError.class)
        .isThrownBy(() -> read("userName is \"x\""))
        .withMessage(
            "The filter must have one of eq, ne, co, sw, ew, pr, gt, ge, lt, le at character 10,"
                + " has \"is \"x\"\".");
  }

  @Test
  void is_bounded_in_length_nesting_and_conditions() {
    assertThat(read("(".repeat(64) + "a pr" + ")".repeat(64))).isEqualTo("a pr");
    assertThat(read("a pr" + " and a pr".repeat(199))).hasSizeGreaterThan(1_000);
    for (String filter :
        new String[] {
          "(".repeat(65) + "a pr" + ")".repeat(65),
          "not (".repeat(65) + "a pr" + ")".repeat(65),
          "(".repeat(7_000),
          "not(".repeat(3_900),
          "a pr" + " and a pr".repeat(200),
          "title eq \"" + "x".repeat(16_000) + "\""
        }) {
      assertThatExceptionOfType(ScimError.class)
          .isThrownBy(() -> read(filter))
          .satisfies(refusal -> assertThat(refusal.scimType()).isEqualTo("invalidFilter"))
          .satisfies(refusal -> assertThat(refusal.detail()).hasSizeLessThan(300));
    }
  }

  /** The library's own reader makes 60 million characters of 22 of them, and then no more. */
  @Test
  void grows_with_what_is_written_and_not_by_itself() {
    String filter = "a pr" + " and b pr".repeat(150) + " or c pr";
    assertThat(read(filter)).hasSizeLessThan(2 * filter.length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "userName eq \"x\"",
        "userName eq \"x\" and title pr or not (title sw \"a\") and title ew \"b\"",
        "(userName eq \"x\" or title pr) and (title co \"a\" or title ne \"b\")",
        "emails[type eq \"work\" and not (value co \"@\" or primary eq true)]",
        "name.givenName gt \"a\" and name.familyName le \"b\" or nickName lt \"c\""
      })
  void of_the_standard_is_read_as_the_library_reads_it(String filter) throws Exception {
    Filter expected = Parser.parseFilter(filter);
    assertThat(Filters.parse(filter, ResourceKind.USER)).isEqualTo(expected);
  }
}
