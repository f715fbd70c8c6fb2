package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Plants files, methods and lines that are one too long, and packages that say too little. */
class ShapeRulesTest {
  private static final String MAIN = "gateway/src/main/java/io/tollgate/key/Planted.java";
  private static final String TEST = "gateway/src/test/java/io/tollgate/key/PlantedTest.java";
  private static final String INFO = "gateway/src/main/java/io/tollgate/key/package-info.java";

  @Test
  void a_file_of_401_lines_is_found_in_main_and_in_tests() {
    String planted = "// one\n".repeat(401);
    assertThat(ShapeRules.longFiles(new SourceFile(MAIN, planted)))
        .containsExactly(MAIN + ":401: more than 400 lines");
    assertThat(ShapeRules.longFiles(new SourceFile(TEST, planted))).hasSize(1);
  }

  @Test
  void a_file_of_400_lines_passes() {
    assertThat(ShapeRules.longFiles(new SourceFile(MAIN, "// one\n".repeat(400)))).isEmpty();
  }

  @Test
  void a_method_of_41_lines_is_found() {
    String planted = "class Planted {\n  void tell() {\n" + "    ;\n".repeat(39) + "  }\n}\n";
    assertThat(ShapeRules.longMethods(new SourceFile(MAIN, planted)))
        .containsExactly(MAIN + ":2: tell has 41 lines, not 40");
  }

  @Test
  void a_method_of_40_lines_passes_whatever_its_comment() {
    String method = "  /**\n   * Long.\n   */\n  void tell() {\n" + "    ;\n".repeat(38) + "  }\n";
    assertThat(ShapeRules.longMethods(new SourceFile(MAIN, "class Planted {\n" + method + "}")))
        .isEmpty();
  }

  @Test
  void long_constructors_initializers_and_nested_methods_are_found() {
    String body = "{\n" + ";\n".repeat(40) + "}\n";
    assertThat(longMethods("class Planted { Planted() " + body + "}")).hasSize(1);
    assertThat(longMethods("record Planted(int a) { Planted " + body + "}")).hasSize(1);
    assertThat(longMethods("class Planted { static " + body + "}")).hasSize(1);
    assertThat(longMethods("class Planted { enum Inner { A; void tell() " + body + "} }"))
        .hasSize(1);
    assertThat(
            longMethods("class Planted { Object o = new Object() { void tell() " + body + "}; }"))
        .hasSize(1);
  }

  @Test
  void a_line_of_101_columns_is_found() {
    assertThat(ShapeRules.wideLines(new SourceFile(MAIN, "\n//" + "x".repeat(99))))
        .containsExactly(MAIN + ":2: more than 100 columns");
  }

  @Test
  void a_wide_line_passes_if_it_is_an_import_or_holds_a_url() {
    String innocent =
        "import a." + "x".repeat(99) + ";\n// https://example.com/" + "x".repeat(99) + "\n";
    assertThat(ShapeRules.wideLines(new SourceFile(MAIN, innocent))).isEmpty();
    assertThat(ShapeRules.wideLines(new SourceFile(MAIN, "//" + "\u2026".repeat(98)))).isEmpty();
  }

  @Test
  void a_package_that_says_all_passes() {
    assertThat(
            mute("/** Keys. Start with {@link Planted}. */ @NullMarked package io.tollgate.key;"))
        .isEmpty();
    assertThat(
            mute(
                "/** Start with\n * {@link io.tollgate.key.Planted}. */\n"
                    + "@NullMarked package io.tollgate.key;"))
        .isEmpty();
  }

  @Test
  void a_package_without_package_info_is_found() {
    assertThat(ShapeRules.mutePackages(List.of(new SourceFile(MAIN, "class Planted {}"))))
        .containsExactly("io.tollgate.key: has no package-info.java");
  }

  @Test
  void a_package_info_in_a_test_tree_does_not_count() {
    String info = INFO.replace("/main/", "/test/");
    assertThat(
            ShapeRules.mutePackages(
                List.of(new SourceFile(MAIN, "class Planted {}"), new SourceFile(info, ""))))
        .hasSize(1);
  }

  @Test
  void a_package_that_is_not_null_marked_is_found() {
    assertThat(mute("/** NullMarked? Start with {@link Planted}. */ package io.tollgate.key;"))
        .containsExactly(INFO + ":1: lacks @NullMarked");
  }

  @Test
  void a_package_that_names_no_start_is_found() {
    assertThat(mute("/** Keys, {@link Planted} say. */ @NullMarked package io.tollgate.key;"))
        .containsExactly(INFO + ":1: lacks a line Start with {@link …}");
  }

  @Test
  void a_start_that_has_moved_away_is_found() {
    assertThat(
            mute(
                "/** Start with {@link io.tollgate.key.Gone}. */\n"
                    + "@NullMarked package io.tollgate.key;"))
        .containsExactly(INFO + ":1: starts with io.tollgate.key.Gone, which is not there");
  }

  private static List<String> longMethods(String text) {
    return ShapeRules.longMethods(new SourceFile(MAIN, text));
  }

  private static List<String> mute(String packageInfo) {
    return ShapeRules.mutePackages(
        List.of(new SourceFile(MAIN, "class Planted {}"), new SourceFile(INFO, packageInfo)));
  }
}
