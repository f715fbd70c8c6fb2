package io.tollgate.management.scim;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.unboundid.scim2.common.filters.Filter;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;

class FilterFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.of(
            "userName eq \"x\"",
            "emails[type eq \"work\"].value eq \"x\" and not (title pr)",
            "(a co \"\\\\_%\\u0041\" or b.c ne null) and active eq False",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value sw \"m\"",
            "urn:acme:1.0:User.badge ge \"1\" or level eq -1.5e3",
            "meta.lastModified lt \"2026-01-31T12:00:00+01:00\"",
            "groups[display eq \"g\" and not (value eq \"x\")]",
            "not(not(not(a pr)))",
            "a eq 7e77777777777777777777",
            "a[b pr] or [",
            "\"\\")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void a_filter_is_refused_or_becomes_a_condition_that_holds_no_value(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    for (ResourceKind kind : ResourceKind.values()) {
      @Nullable Filter filter = parsed(text, kind);
      if (filter != null) {
        SqlCondition condition = FilterSql.of(filter, kind, 1);
        checkPlaces(condition);
        String others = condition.text().replace(GroupFields.MEMBERS, "");
        assertThat(others.replaceAll(PIECE, "")).as(condition.text()).isEmpty();
      }
    }
  }

  /** All that a condition is ever made of: nothing in it comes from the filter itself. */
  private static final String PIECE =
      "\\b(?:SELECT|1|FROM|WHERE|AND|OR|NOT|EXISTS|COALESCE|FALSE|TRUE|IS|NULL|DISTINCT|LIKE|ESCAPE"
          + "|text|tollgate\\.scim_[a-z_]+ [vwmd]|[uvwmdg]\\.[a-z_]+)\\b|COLLATE \"C\""
          + "|\\$\\d+|'\\{(?:\"urn:[A-Za-z0-9:.]+\",)?[A-Za-z0-9]+}'|'\\\\'|''"
          + "|'(?:user|direct|User|Group)'|[ (),<>=]|::|#>";

  private static void checkPlaces(SqlCondition condition) {
    for (int i = 1; i <= condition.parameters().size(); i++) {
      assertThat(condition.text()).containsPattern("\\$" + i + "(?!\\d)");
    }
    assertThat(condition.text())
        .doesNotContainPattern("\\$" + (condition.parameters().size() + 1) + "(?!\\d)");
  }

  private static @Nullable Filter parsed(String text, ResourceKind kind) {
    try {
      return Filters.parse(text, kind);
    } catch (ScimError e) {
      assertThat(e.status()).isEqualTo(400);
      assertThat(e.scimType()).isEqualTo("invalidFilter");
      return null;
    }
  }
}
