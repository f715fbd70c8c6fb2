package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plants arrows that rise, circles, and hands that reach into the edge. */
class FloorRulesTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "proxy, key",
    "proxy, ring",
    "proxy, store",
    "key, proxy",
    "store, ring",
    "store, limit",
    "store, meter",
    "store, edge",
    "ring, edge",
    "ring, proxy",
    "limit, edge",
    "meter, edge",
    "key, management",
    "setting, key",
    "edge, management",
    "edge, deploy",
    "management, edge",
    "management, proxy",
    "management, deploy",
    "management.key, edge",
    "novelty, key",
    "key, novelty",
  })
  void an_import_that_rises_is_found(String from, String to) {
    assertThat(FloorRules.risingImports(importing(from, to))).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "proxy, access",
    "proxy, setting",
    "store, key",
    "ring, store",
    "limit, plan",
    "meter, store",
    "edge, ring",
    "edge, proxy",
    "management, ring",
    "management, store",
    "management.key, management.role",
    "deploy, edge",
    "deploy, management",
  })
  void an_import_that_points_down_passes(String from, String to) {
    assertThat(FloorRules.risingImports(importing(from, to))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"proxy, key", "store, ring", "ring, edge", "edge, management", "management, proxy"})
  void a_compiled_arrow_that_rises_is_found(String from, String to) throws IOException {
    assertThat(FloorRules.risingDependencies(arrow(from, to))).isNotEmpty();
  }

  @Test
  void a_compiled_arrow_that_points_down_passes() throws IOException {
    assertThat(FloorRules.risingDependencies(arrow("management.key", "ring"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "public class A extends io.tollgate.ring.B {}",
        "public class A { java.util.List<io.tollgate.ring.B> b; }",
        "public class A { Object b() { return new io.tollgate.ring.B(); } }",
      })
  void an_arrow_is_found_wherever_it_starts(String inStore) throws IOException {
    assertThat(
            FloorRules.risingDependencies(
                compile(
                    Map.of(
                        "io/tollgate/store/A.java",
                        "package io.tollgate.store; " + inStore,
                        "io/tollgate/ring/B.java",
                        "package io.tollgate.ring; public class B {}"))))
        .isNotEmpty();
  }

  @Test
  void packages_in_a_circle_are_found() throws IOException {
    JavaClasses classes =
        compile(
            Map.of(
                "io/tollgate/key/A.java",
                "package io.tollgate.key; public class A { io.tollgate.access.B b; }",
                "io/tollgate/access/B.java",
                "package io.tollgate.access; public class B { io.tollgate.key.A a; }"));
    assertThat(FloorRules.circles(classes)).hasSize(1);
    assertThat(FloorRules.risingDependencies(classes)).isEmpty();
  }

  @Test
  void packages_in_a_line_are_no_circle() throws IOException {
    assertThat(FloorRules.circles(arrow("key", "access"))).isEmpty();
  }

  @Test
  void whoever_reaches_into_the_edge_is_found() {
    String planted = "import io.tollgate.edge.Gateway;";
    assertThat(intoTheEdge("management/src/main/java/io/tollgate/management/A.java", planted))
        .hasSize(1);
    assertThat(intoTheEdge("management/src/test/java/io/tollgate/management/A.java", planted))
        .hasSize(1);
    assertThat(intoTheEdge("benchmarks/src/main/java/io/tollgate/ring/A.java", planted)).hasSize(1);
    assertThat(
            intoTheEdge(
                "management/src/main/java/io/tollgate/management/A.java",
                "import io.tollgate.edge.*;"))
        .hasSize(1);
    assertThat(
            intoTheEdge(
                "gateway/src/main/java/io/tollgate/ring/A.java", "io.tollgate.edge.Gateway g;"))
        .hasSize(1);
  }

  @Test
  void deploy_the_edge_itself_and_its_mirror_in_benchmarks_may_know_the_edge() {
    String innocent = "import io.tollgate.edge.Gateway;";
    assertThat(intoTheEdge("deploy/src/main/java/io/tollgate/deploy/A.java", innocent)).isEmpty();
    assertThat(intoTheEdge("gateway/src/main/java/io/tollgate/edge/A.java", innocent)).isEmpty();
    assertThat(intoTheEdge("benchmarks/src/main/java/io/tollgate/edge/A.java", innocent)).isEmpty();
  }

  @Test
  void the_edge_may_be_spoken_of() {
    assertThat(
            intoTheEdge(
                "gateway/src/main/java/io/tollgate/ring/A.java", "// see io.tollgate.edge.Gateway"))
        .isEmpty();
  }

  private static List<String> intoTheEdge(String path, String text) {
    return FloorRules.edgeThroughTheWindow(new SourceFile(path, text));
  }

  private static SourceFile importing(String from, String to) {
    return new SourceFile(
        "gateway/src/main/java/io/tollgate/" + from.replace('.', '/') + "/A.java",
        "package io.tollgate." + from + ";\nimport io.tollgate." + to + ".B;\nclass A {}");
  }

  private JavaClasses arrow(String from, String to) throws IOException {
    return compile(
        Map.of(
            "io/tollgate/" + from.replace('.', '/') + "/A.java",
            "package io.tollgate." + from + "; class A { io.tollgate." + to + ".B b; }",
            "io/tollgate/" + to.replace('.', '/') + "/B.java",
            "package io.tollgate." + to + "; public class B {}"));
  }

  /** Compiles the texts, so that planted classes bear the very names that the rules are about. */
  private JavaClasses compile(Map<String, String> sources) throws IOException {
    Path classes = Files.createTempDirectory(directory, "classes");
    List<String> arguments = new ArrayList<>(List.of("--release", "21", "-proc:none", "-d"));
    arguments.add(classes.toString());
    for (var source : sources.entrySet()) {
      Path file = directory.resolve(source.getKey());
      Files.createDirectories(file.getParent());
      arguments.add(Files.writeString(file, source.getValue()).toString());
    }
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(result).as("the compiler's verdict on what is planted").isZero();
    return new ClassFileImporter().importPath(classes);
  }
}
