package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plants words where they must not stand, and the same words where they may. */
class WordRulesTest {
  private static final String GATEWAY = "gateway/src/main/java/io/tollgate/key/Planted.java";
  private static final String MANAGEMENT =
      "management/src/main/java/io/tollgate/management/key/Planted.java";
  private static final String DEPLOY = "deploy/src/main/java/io/tollgate/deploy/Planted.java";
  private static final String TEST = "gateway/src/test/java/io/tollgate/key/PlantedTest.java";

  @ParameterizedTest
  @ValueSource(strings = {"f.await();", "f\n    .await();", "map(Future::await);"})
  void waiting_in_the_gateway_is_found(String planted) {
    assertThat(WordRules.awaitOnTheEdge(new SourceFile(GATEWAY, planted))).hasSize(1);
  }

  @Test
  void waiting_passes_in_management_in_tests_and_where_it_is_only_spoken_of() {
    assertThat(WordRules.awaitOnTheEdge(new SourceFile(MANAGEMENT, "f.await();"))).isEmpty();
    assertThat(WordRules.awaitOnTheEdge(new SourceFile(TEST, "f.await();"))).isEmpty();
    assertThat(WordRules.awaitOnTheEdge(new SourceFile(GATEWAY, "// f.await();"))).isEmpty();
    assertThat(WordRules.awaitOnTheEdge(new SourceFile(GATEWAY, "a.awaitAll();"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"f.compose(x);", "f\n    .compose(x);", "then(Future::compose);"})
  void composing_in_management_is_found(String planted) {
    assertThat(WordRules.composeInManagement(new SourceFile(MANAGEMENT, planted))).hasSize(1);
  }

  @Test
  void composing_passes_in_the_gateway_and_in_tests() {
    String test = MANAGEMENT.replace("/main/", "/test/");
    assertThat(WordRules.composeInManagement(new SourceFile(GATEWAY, "f.compose(x);"))).isEmpty();
    assertThat(WordRules.composeInManagement(new SourceFile(test, "f.compose(x);"))).isEmpty();
    String onLoop = "management/src/main/java/io/tollgate/management/wire/Shortcut.java";
    assertThat(WordRules.composeInManagement(new SourceFile(onLoop, "f.compose(x);"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "System.out.println();",
        "System.err.println();",
        "e.printStackTrace();",
        "// FIXME later",
        "/* TODO later */",
        "// XXX",
        "/** A key. @author me */",
      })
  void a_leftover_is_found(String planted) {
    assertThat(WordRules.leftovers(new SourceFile(GATEWAY, planted))).hasSize(1);
  }

  @Test
  void the_command_line_may_print_but_leave_nothing_over() {
    assertThat(WordRules.leftovers(new SourceFile(DEPLOY, "System.out.println();"))).isEmpty();
    assertThat(WordRules.leftovers(new SourceFile(DEPLOY, "e.printStackTrace();"))).hasSize(1);
    assertThat(WordRules.leftovers(new SourceFile(DEPLOY, "// TODO later"))).hasSize(1);
  }

  @Test
  void a_leftover_is_told_with_its_line_and_reason() {
    assertThat(WordRules.leftovers(new SourceFile(GATEWAY, "class A {\n  // FIXME later\n}")))
        .containsExactly(GATEWAY + ":2: FIXME: do it or drop it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Thread.sleep(5);", "TimeUnit.SECONDS.sleep(5);", "Thread::sleep;"})
  void sleeping_is_found_in_main_and_in_tests(String planted) {
    assertThat(WordRules.sleeps(new SourceFile(GATEWAY, planted))).hasSize(1);
    assertThat(WordRules.sleeps(new SourceFile(TEST, planted))).hasSize(1);
  }

  @Test
  void sleep_may_be_spoken_of() {
    assertThat(WordRules.sleeps(new SourceFile(TEST, "var s = \"Thread.sleep(5)\";"))).isEmpty();
    assertThat(WordRules.sleeps(new SourceFile(TEST, "sql(\"SELECT pg_sleep(5)\");"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "import org.mockito.Mockito;",
        "import static org.mockito.Mockito.mock;",
        "package a;\n\nimport org.easymock.EasyMock;",
        "import mockit.Mocked;",
      })
  void a_mocking_library_is_found(String planted) {
    assertThat(WordRules.mocks(new SourceFile(TEST, planted))).hasSize(1);
  }

  @Test
  void a_package_of_ours_that_speaks_of_mocks_passes() {
    assertThat(WordRules.mocks(new SourceFile(TEST, "import io.tollgate.mockitos.A;"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"@Disabled void a() {}", "@Disabled() void a() {}", "@Disabled(\" \")"})
  void a_test_that_is_disabled_without_a_reason_is_found(String planted) {
    assertThat(WordRules.silentlyDisabledTests(new SourceFile(TEST, planted))).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@Disabled(\"until the wire is cut\") void a() {}",
        "@Disabled(value = \"until the wire is cut\") void a() {}",
        "@DisabledOnOs(OS.WINDOWS) void a() {}",
        "var text = \"@Disabled\";",
      })
  void a_test_that_is_disabled_for_a_reason_passes(String innocent) {
    assertThat(WordRules.silentlyDisabledTests(new SourceFile(TEST, innocent))).isEmpty();
  }

  @Test
  void a_path_of_one_machine_is_found_in_any_text() {
    for (String path : List.of("/tmp/" + "h-edge/x", "/work" + "/main", "/root" + "/.m2")) {
      assertThat(machinePaths("a\nsee " + path)).hasSize(1);
      assertThat(machinePaths("(" + path + ")")).hasSize(1);
      assertThat(machinePaths("file://" + path)).hasSize(1);
    }
  }

  @Test
  void a_path_that_only_looks_like_one_machine_passes() {
    assertThat(machinePaths("at work" + "/life balance, docs" + "/work" + "/a, /tmp/tollgate"))
        .isEmpty();
  }

  private static List<String> machinePaths(String text) {
    return WordRules.machinePaths(new SourceFile("deploy/docs/planted.md", text));
  }
}
