package io.tollgate.deploy;

import io.tollgate.deploy.TestReport.Outcome;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The last word of a build: how many tests ran in each module, and none may have been left out.
 *
 * <p>Tests that need a program which a JDK and Maven don't bring, such as h2load, are named where
 * they could not run and fail nothing: {@code .ci/run} installs what they need.
 *
 * <p>It goes by the reports on disk. One that is older than the build, or whose class is gone,
 * tells of another run and does not count.
 *
 * @param root the directory of the root pom
 * @param buildStart when the build began
 */
record TestTally(Path root, Instant buildStart) {

  /** The tests of one module. */
  private record Module(String name, boolean hasTestSources, List<TestReport.Test> tests) {
    String line() {
      long classes = tests.stream().map(TestReport.Test::topLevelClass).distinct().count();
      return String.format(
          Locale.ROOT,
          "%-10s %6d %s, %4d %s",
          name,
          tests.size(),
          tests.size() == 1 ? "test" : "tests",
          classes,
          classes == 1 ? "class" : "classes");
    }

    boolean isSilent() {
      return hasTestSources && tests.isEmpty();
    }
  }

  /**
   * Prints the tally and exits with 0 if every test passed.
   *
   * @param arguments the root's directory, and when the build began; without the latter every
   *     report counts whose class is there
   */
  public static void main(String[] arguments) throws IOException {
    Instant buildStart = arguments.length > 1 ? Instant.parse(arguments[1]) : Instant.MIN;
    var tally = new TestTally(Path.of(arguments[0]), buildStart);
    boolean good = tally.print(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    System.exit(good ? 0 : 1);
  }

  /** Prints the tally and returns whether every test passed and no module kept silent. */
  boolean print(PrintStream out) throws IOException {
    List<Module> modules = modules();
    modules.forEach(module -> out.println(module.line()));
    modules.stream()
        .filter(Module::isSilent)
        .forEach(module -> out.println("silent: " + module.name() + " has tests, none reported"));
    List<TestReport.Test> tests =
        modules.stream().flatMap(module -> module.tests().stream()).toList();
    List<TestReport.Test> failed = having(Outcome.FAILED, tests);
    List<TestReport.Test> skipped = having(Outcome.SKIPPED, tests);
    failed.forEach(test -> out.println("failed: " + test));
    skipped.forEach(test -> out.println("skipped: " + test));
    having(Outcome.UNEQUIPPED, tests)
        .forEach(test -> out.println("not run, since this machine lacks a program: " + test));
    int passed = having(Outcome.PASSED, tests).size();
    out.println(passed + " passed, " + failed.size() + " failed, " + skipped.size() + " skipped");
    return failed.isEmpty() && skipped.isEmpty() && modules.stream().noneMatch(Module::isSilent);
  }

  private List<Module> modules() throws IOException {
    List<Module> modules = new ArrayList<>();
    try (Stream<Path> children = Files.list(root)) {
      for (Path child : children.sorted().toList()) {
        if (Files.exists(child.resolve("pom.xml"))) {
          modules.add(
              new Module(child.getFileName().toString(), hasTestSources(child), tests(child)));
        }
      }
    }
    return modules;
  }

  private static boolean hasTestSources(Path module) throws IOException {
    Path sources = module.resolve("src/test/java");
    if (!Files.isDirectory(sources)) {
      return false;
    }
    try (Stream<Path> files = Files.walk(sources)) {
      return files.anyMatch(file -> file.toString().endsWith(".java"));
    }
  }

  private List<TestReport.Test> tests(Path module) throws IOException {
    List<TestReport.Test> tests = new ArrayList<>();
    Path reports = module.resolve("target/surefire-reports");
    if (Files.isDirectory(reports)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(reports, "TEST-*.xml")) {
        for (Path file : files) {
          if (!Files.getLastModifiedTime(file).toInstant().isBefore(buildStart)) {
            tests.addAll(testsOf(module, TestReport.read(file)));
          }
        }
      }
    }
    tests.sort(Comparator.comparing(TestReport.Test::toString));
    return tests;
  }

  private static List<TestReport.Test> testsOf(Path module, TestReport report) {
    String classFile = report.suite().replace('.', '/') + ".class";
    boolean isThere = Files.exists(module.resolve("target/test-classes").resolve(classFile));
    return isThere ? report.tests() : List.of();
  }

  private static List<TestReport.Test> having(Outcome outcome, List<TestReport.Test> tests) {
    return tests.stream().filter(test -> test.outcome() == outcome).toList();
  }
}
