package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plants links and paths that lead nowhere beside some that lead somewhere. */
class LinkRulesTest {
  private static final String HERE = "deploy/docs/here.md";
  private static final Set<String> TREE =
      Set.of("README.md", "deploy", "deploy/docs", HERE, "deploy/docs/there.md", "deploy/tollgate");
  private static final SourceFile THERE =
      new SourceFile("deploy/docs/there.md", "# There it is\n\n## `key-invalid`, again\n");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[a](gone.md)",
        "[a](gone.md#part)",
        "[a](<gone.md>)",
        "![a](gone.png)",
        "[a](../there.md)",
        "[a](../../../README.md)",
        "[a](/docs/there.md)",
        "[a](there.md#gone)",
        "[a](#gone)",
        "[a]: gone.md",
        "<img src=\"gone.svg\">",
      })
  void a_link_that_leads_nowhere_is_found(String planted) {
    assertThat(links("# Here\n\n" + planted)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[a](there.md)",
        "[a](there.md \"with a title\")",
        "[a](./there.md#there-it-is)",
        "[a](there.md#key-invalid-again)",
        "[a](#here)",
        "[a](../../README.md)",
        "[a](/deploy/tollgate)",
        "[a](https://example.com/gone.md) and [b](mailto:a@example.com)",
        "`[a](gone.md)`",
        "```\n[a](gone.md)\n```",
      })
  void a_link_that_leads_somewhere_or_is_none_passes(String innocent) {
    assertThat(links("# Here\n\n" + innocent)).isEmpty();
  }

  @Test
  void a_path_that_is_not_there_is_found_in_prose_and_in_commands() {
    assertThat(paths("See `deploy/docs/gone.md`."))
        .containsExactly(HERE + ": names deploy/docs/gone.md, which is not there");
    assertThat(paths("```\n$ deploy/gone dev\n```")).hasSize(1);
    assertThat(paths("Keys live in gateway/src/gone.")).hasSize(1);
  }

  @Test
  void a_path_that_is_there_or_none_at_all_passes() {
    assertThat(paths("Run deploy/tollgate dev, see deploy/docs/there.md.")).isEmpty();
    assertThat(paths("Every page is deploy/docs/*.md, or deploy/docs/<page>.md.")).isEmpty();
    assertThat(paths("https://example.com/deploy/gone and other-gateway/gone")).isEmpty();
    assertThat(paths("java -jar benchmarks/target/benchmarks.jar")).isEmpty();
  }

  private static List<String> links(String text) {
    SourceFile here = new SourceFile(HERE, text);
    return LinkRules.deadLinks(here, Map.of(HERE, here, THERE.path(), THERE), TREE::contains);
  }

  private static List<String> paths(String text) {
    return LinkRules.deadPaths(new SourceFile(HERE, text), path -> exists(path));
  }

  private static boolean exists(String path) {
    return TREE.contains(path.replaceFirst("/$", ""));
  }
}
