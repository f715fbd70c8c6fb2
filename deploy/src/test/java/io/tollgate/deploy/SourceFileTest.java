package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the rules take for code: neither comments nor what stands in literals. */
class SourceFileTest {
  @Test
  void comments_are_no_code() {
    assertThat(code("a(); // b();\nc(); /* d();\n ** e(); */ f();"))
        .contains("a();", "c();", "f();")
        .doesNotContain("b", "d", "e");
  }

  @Test
  void what_stands_in_literals_is_no_code() {
    assertThat(code("a(\"x\\\"y\", 'z', '\\'', \"\"\"\n  u \"v\" \\\"\"\" w\n  \"\"\");"))
        .isEqualTo("a(\"-\", \"-\", \"-\", \"-\"\n\n);");
  }

  @Test
  void a_comment_sign_in_a_literal_starts_no_comment() {
    assertThat(code("a(\"http://b\"); c(\"/*\"); d();")).isEqualTo("a(\"-\"); c(\"-\"); d();");
  }

  @Test
  void a_quote_in_a_comment_starts_no_literal() {
    assertThat(code("// don't\na(); /* \" */ b();")).contains("a();", "b();");
  }

  @Test
  void lines_keep_their_numbers() {
    String text = "/*\n\n*/ a(\"\"\"\n  b\n  \"\"\");\nc();";
    assertThat(code(text).lines()).hasSameSizeAs(text.lines().toList());
  }

  @Test
  void a_literal_of_a_hundred_thousand_characters_is_no_burden() {
    assertThat(code("a(\"" + "\\\\x".repeat(50_000) + "\");")).isEqualTo("a(\"-\");");
  }

  @Test
  void the_package_is_told_by_the_directory() {
    assertThat(at("gateway/src/main/java/io/tollgate/key/A.java").packageName())
        .isEqualTo("io.tollgate.key");
    assertThat(at("gateway/src/test/java/A.java").packageName()).isEmpty();
  }

  @Test
  void a_package_is_under_itself_and_its_parents_only() {
    SourceFile file = at("gateway/src/main/java/io/tollgate/key/A.java");
    assertThat(file.isUnder("io.tollgate.key")).isTrue();
    assertThat(file.isUnder("io.tollgate")).isTrue();
    assertThat(file.isUnder("io.tollgate.ke")).isFalse();
  }

  @Test
  void a_resource_is_no_java_source() {
    assertThat(at("gateway/src/main/resources/A.java").isJava()).isFalse();
    assertThat(at("gateway/src/test/java/A.java").isMain()).isFalse();
  }

  private static String code(String text) {
    return new SourceFile("gateway/src/main/java/A.java", text).code();
  }

  private static SourceFile at(String path) {
    return new SourceFile(path, "");
  }
}
