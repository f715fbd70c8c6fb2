package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plants reports of tests that passed, failed, were skipped or never ran. */
class TestTallyTest {
  private static final Instant BUILD_START = Instant.parse("2026-01-01T10:00:00Z");
  private static final String PASSED = "<testcase classname='%s' name='a'/>";
  private static final String FAILED =
      "<testcase classname='%s' name='b'><failure message='no'>at</failure></testcase>";
  private static final String BROKEN =
      "<testcase classname='%s' name='c'><error message='no'>at</error></testcase>";
  private static final String SKIPPED =
      "<testcase classname='%s' name='d'><skipped message='later'/></testcase>";

  private static final String UNEQUIPPED =
      "<testcase classname='%s' name='e'>"
          + "<skipped message='Assumption failed: this machine has no h2load'/></testcase>";

  @TempDir Path root;

  @BeforeEach
  void plantModules() throws IOException {
    write("gateway/pom.xml", "");
    write("benchmarks/pom.xml", "");
    write("gateway/src/test/java/io/tollgate/ATest.java", "");
  }

  @Test
  void what_passed_is_counted_by_module_and_in_all() throws IOException {
    report("gateway", "io.tollgate.ATest", PASSED.repeat(3));
    report("gateway", "io.tollgate.BTest", PASSED);
    report("benchmarks", "io.tollgate.CTest", PASSED);
    assertThat(lines())
        .containsExactly(
            "benchmarks      1 test,    1 class",
            "gateway         4 tests,    2 classes",
            "5 passed, 0 failed, 0 skipped");
    assertThat(isGood()).isTrue();
  }

  @Test
  void a_failure_fails_the_build_and_is_named() throws IOException {
    report("gateway", "io.tollgate.ATest", PASSED + FAILED);
    assertThat(lines()).contains("failed: io.tollgate.ATest.b");
    assertThat(lines()).last().isEqualTo("1 passed, 1 failed, 0 skipped");
    assertThat(isGood()).isFalse();
  }

  @Test
  void an_error_counts_as_a_failure() throws IOException {
    report("gateway", "io.tollgate.ATest", PASSED + BROKEN);
    assertThat(lines()).last().isEqualTo("1 passed, 1 failed, 0 skipped");
    assertThat(isGood()).isFalse();
  }

  @Test
  void a_skipped_test_fails_the_build_and_is_named() throws IOException {
    report("gateway", "io.tollgate.ATest", PASSED + SKIPPED);
    assertThat(lines()).contains("skipped: io.tollgate.ATest.d");
    assertThat(lines()).last().isEqualTo("1 passed, 0 failed, 1 skipped");
    assertThat(isGood()).isFalse();
  }

  @Test
  void a_test_without_the_program_that_it_needs_is_named_and_fails_nothing() throws IOException {
    report("gateway", "io.tollgate.ATest", PASSED + UNEQUIPPED);
    assertThat(lines())
        .contains("not run, since this machine lacks a program: io.tollgate.ATest.e");
    assertThat(lines()).last().isEqualTo("1 passed, 0 failed, 0 skipped");
    assertThat(isGood()).isTrue();
  }

  @Test
  void a_module_whose_tests_report_nothing_fails_the_build_and_is_named() throws IOException {
    report("benchmarks", "io.tollgate.CTest", PASSED);
    assertThat(lines()).contains("silent: gateway has tests, none reported");
    assertThat(isGood()).isFalse();
  }

  @Test
  void a_module_without_tests_may_keep_silent() throws IOException {
    report("gateway", "io.tollgate.ATest", PASSED);
    assertThat(lines()).contains("benchmarks      0 tests,    0 classes");
    assertThat(isGood()).isTrue();
  }

  @Test
  void a_report_whose_class_is_gone_does_not_count() throws IOException {
    report("gateway", "io.tollgate.ATest", PASSED);
    report("gateway", "io.tollgate.GoneTest", PASSED + FAILED);
    Files.delete(root.resolve("gateway/target/test-classes/io/tollgate/GoneTest.class"));
    assertThat(lines()).last().isEqualTo("1 passed, 0 failed, 0 skipped");
  }

  @Test
  void a_report_of_an_earlier_build_does_not_count() throws IOException {
    report("gateway", "io.tollgate.ATest", PASSED);
    Path earlier = report("gateway", "io.tollgate.BTest", PASSED);
    Files.setLastModifiedTime(earlier, FileTime.from(BUILD_START.minusSeconds(1)));
    assertThat(lines()).last().isEqualTo("1 passed, 0 failed, 0 skipped");
  }

  @Test
  void tests_in_nested_classes_count_for_the_class_around_them() throws IOException {
    report("gateway", "io.tollgate.ATest", PASSED);
    report("gateway", "io.tollgate.ATest$Inner", PASSED);
    assertThat(lines()).contains("gateway         2 tests,    1 class");
  }

  @Test
  void half_a_report_is_an_error_and_no_pass() throws IOException {
    Path report = report("gateway", "io.tollgate.ATest", PASSED);
    String text = Files.readString(report);
    Files.writeString(report, text.substring(0, text.length() - 5));
    assertThatThrownBy(this::lines).isInstanceOf(IOException.class).hasMessageContaining("ATest");
  }

  @Test
  void a_report_with_a_document_type_is_not_believed() throws IOException {
    Path report = report("gateway", "io.tollgate.ATest", PASSED);
    Files.writeString(report, "<!DOCTYPE testsuite SYSTEM 'x'>" + Files.readString(report));
    assertThatThrownBy(this::lines).isInstanceOf(IOException.class);
  }

  @Test
  void a_report_of_many_megabytes_is_read() throws IOException {
    String output = "<system-out>" + "a &lt; b ".repeat(500_000) + "</system-out>";
    report("gateway", "io.tollgate.ATest", PASSED + output);
    assertThat(lines()).last().isEqualTo("1 passed, 0 failed, 0 skipped");
  }

  private List<String> lines() throws IOException {
    var out = new ByteArrayOutputStream();
    tally().print(new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private boolean isGood() throws IOException {
    return tally()
        .print(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
  }

  private TestTally tally() {
    return new TestTally(root, BUILD_START);
  }

  /** Plants a report that the build wrote just now, and the class that it is about. */
  private Path report(String module, String testClass, String cases) throws IOException {
    write(module + "/target/test-classes/" + testClass.replace('.', '/') + ".class", "");
    Path report =
        write(
            module + "/target/surefire-reports/TEST-" + testClass + ".xml",
            "<testsuite name='"
                + testClass
                + "'>"
                + cases.replace("%s", testClass)
                + "</testsuite>");
    return Files.setLastModifiedTime(report, FileTime.from(BUILD_START));
  }

  private Path write(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
