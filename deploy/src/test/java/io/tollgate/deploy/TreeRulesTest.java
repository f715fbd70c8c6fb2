package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plants a name too many or too few at the top, and versions in a module's pom. */
class TreeRulesTest {
  private static final List<String> AGREED =
      List.of("LICENSE", "README.md", "benchmarks", "deploy", "gateway", "management", "pom.xml");
  private static final String HEAD =
      "<project><modelVersion>4.0.0</modelVersion>"
          + "<parent><artifactId>tollgate</artifactId><version>0.1.0</version></parent>";

  @Test
  void the_agreed_names_pass() {
    assertThat(TreeRules.topLevel(AGREED)).isEmpty();
  }

  @Test
  void a_name_too_many_is_found() {
    List<String> names = new ArrayList<>(AGREED);
    names.add("Makefile");
    assertThat(TreeRules.topLevel(names)).containsExactly("Makefile: has no place at the top");
  }

  @Test
  void a_name_too_few_is_found() {
    assertThat(TreeRules.topLevel(AGREED.subList(1, AGREED.size())))
        .containsExactly("LICENSE: is missing at the top");
  }

  @Test
  void the_parents_version_passes() {
    assertThat(versions(HEAD + "<properties><skip>true</skip></properties></project>")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<version>1</version>",
        "<dependencies><dependency><version>1</version></dependency></dependencies>",
        "<build><plugins><plugin><version>1</version></plugin></plugins></build>",
        "<properties><junit.version>1</junit.version></properties>",
        "<profiles><profile><build><plugins><plugin><version>1</version></plugin></plugins>"
            + "</build></profile></profiles>",
      })
  void any_other_version_is_found(String planted) {
    assertThat(versions(HEAD + planted + "</project>")).hasSize(1);
  }

  @Test
  void the_root_pom_may_name_versions() {
    assertThat(
            TreeRules.scatteredVersions(
                new SourceFile("pom.xml", "<project><version>1</version></project>")))
        .isEmpty();
  }

  private static List<String> versions(String pom) {
    return TreeRules.scatteredVersions(new SourceFile("gateway/pom.xml", pom));
  }
}
