package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The rules of the house, judged over the whole repository.
 *
 * <p>That a rule can fail is shown beside each rule, by an offence that is planted: in {@link
 * NamingRulesTest}, {@link ShapeRulesTest}, {@link WordRulesTest}, {@link FloorRulesTest}, {@link
 * TreeRulesTest}, {@link FailureModesTest} and {@link LinkRulesTest}.
 */
class HouseRulesTest {
  private static final Repository REPOSITORY = Repository.here();
  private static List<SourceFile> files = List.of();
  private static Map<String, SourceFile> pages = Map.of();

  @BeforeAll
  static void readTheTree() throws IOException {
    files = REPOSITORY.textFiles();
    pages =
        files.stream()
            .filter(SourceFile::isMarkdown)
            .collect(Collectors.toMap(SourceFile::path, Function.identity()));
  }

  @Test
  void every_rule_sees_what_it_judges() {
    assertThat(files.stream().map(SourceFile::path))
        .contains(
            "pom.xml",
            "gateway/pom.xml",
            "management/pom.xml",
            "deploy/pom.xml",
            ".mvn/jvm.config",
            FailureModes.PAGE,
            "gateway/src/main/java/io/tollgate/key/package-info.java",
            "management/src/main/java/io/tollgate/management/Management.java",
            "deploy/src/test/java/io/tollgate/deploy/HouseRulesTest.java");
    assertThat(compiled().contain("io.tollgate.edge.Gateway")).isTrue();
    assertThat(compiled().contain("io.tollgate.management.Management")).isTrue();
  }

  @Test
  void type_names_say_something() {
    assertThat(inEachFile(NamingRules::hollowTypeNames)).isEmpty();
  }

  @Test
  void every_package_says_what_it_is_and_where_to_start() {
    assertThat(ShapeRules.mutePackages(files)).isEmpty();
  }

  @Test
  void files_are_at_most_400_lines() {
    assertThat(inEachFile(ShapeRules::longFiles)).isEmpty();
  }

  @Test
  void methods_are_at_most_40_lines() {
    assertThat(inEachFile(ShapeRules::longMethods)).isEmpty();
  }

  @Test
  void lines_are_at_most_100_columns() {
    assertThat(inEachFile(ShapeRules::wideLines)).isEmpty();
  }

  @Test
  void the_gateway_never_awaits() {
    assertThat(inEachFile(WordRules::awaitOnTheEdge)).isEmpty();
  }

  @Test
  void management_never_composes() {
    assertThat(inEachFile(WordRules::composeInManagement)).isEmpty();
  }

  @Test
  void nothing_is_left_over_in_main_sources() {
    assertThat(inEachFile(WordRules::leftovers)).isEmpty();
  }

  @Test
  void nothing_sleeps() {
    assertThat(inEachFile(WordRules::sleeps)).isEmpty();
  }

  @Test
  void nothing_is_mocked() {
    assertThat(inEachFile(WordRules::mocks)).isEmpty();
  }

  @Test
  void no_test_is_disabled_without_a_reason() {
    assertThat(inEachFile(WordRules::silentlyDisabledTests)).isEmpty();
  }

  @Test
  void no_text_names_a_path_of_one_machine() {
    assertThat(inEachFile(WordRules::machinePaths)).isEmpty();
  }

  @Test
  void every_arrow_between_compiled_classes_points_down() {
    assertThat(FloorRules.risingDependencies(compiled())).isEmpty();
  }

  @Test
  void every_import_points_down() {
    assertThat(inEachFile(FloorRules::risingImports)).isEmpty();
  }

  @Test
  void no_packages_know_each_other_in_a_circle() {
    assertThat(FloorRules.circles(compiled())).isEmpty();
  }

  @Test
  void only_deploy_knows_the_edge() {
    assertThat(inEachFile(FloorRules::edgeThroughTheWindow)).isEmpty();
  }

  @Test
  void the_top_level_is_exactly_what_was_agreed() throws IOException {
    assertThat(TreeRules.topLevel(REPOSITORY.topLevel())).isEmpty();
  }

  @Test
  void every_version_stands_in_the_root_pom() {
    assertThat(inEachFile(TreeRules::scatteredVersions)).isEmpty();
  }

  @Test
  void every_refusal_is_explained_and_nothing_else() {
    SortedSet<FailureModes.Refusal> refusals = FailureModes.declared(files);
    assertThat(FailureModes.offences(refusals, page(FailureModes.PAGE).text())).isEmpty();
  }

  @Test
  void every_link_leads_somewhere() {
    assertThat(inEachPage(page -> LinkRules.deadLinks(page, pages, REPOSITORY::exists))).isEmpty();
  }

  @Test
  void every_path_that_a_page_names_is_there() {
    assertThat(inEachPage(page -> LinkRules.deadPaths(page, REPOSITORY::exists))).isEmpty();
  }

  private static Stream<String> inEachFile(Function<SourceFile, List<String>> rule) {
    return files.stream().map(rule).flatMap(Collection::stream);
  }

  private static Stream<String> inEachPage(Function<SourceFile, List<String>> rule) {
    return pages.values().stream().map(rule).flatMap(Collection::stream);
  }

  private static SourceFile page(String path) {
    return Objects.requireNonNull(pages.get(path), path);
  }

  private static JavaClasses compiled() {
    return Compiled.CLASSES;
  }

  /** The main classes of the modules that make up the process; imported once, when asked for. */
  private static final class Compiled {
    static final JavaClasses CLASSES =
        new ClassFileImporter()
            .importPaths(
                Stream.of("gateway", "management", "deploy")
                    .map(module -> REPOSITORY.root().resolve(module).resolve("target/classes"))
                    .toArray(Path[]::new));
  }
}
