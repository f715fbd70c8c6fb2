package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the rules get to see of a tree. */
class RepositoryTest {
  @TempDir Path root;

  @BeforeEach
  void plantTheLeastTree() throws IOException {
    plant("pom.xml", "");
    plant("gateway/pom.xml", "");
    plant("deploy/docs/page.md", "");
  }

  @Test
  void it_is_found_from_anywhere_inside() {
    assertThat(Repository.around(root)).isEqualTo(new Repository(root));
    assertThat(Repository.around(root.resolve("deploy/docs"))).isEqualTo(new Repository(root));
  }

  @Test
  void outside_of_it_there_is_none() throws IOException {
    Files.delete(root.resolve("pom.xml"));
    assertThatThrownBy(() -> Repository.around(root)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void the_top_level_is_told_without_dot_files_and_what_is_built() throws IOException {
    plant(".editorconfig", "");
    plant("target/a", "");
    plant("Makefile", "");
    assertThat(new Repository(root).topLevel())
        .containsExactly("Makefile", "deploy", "gateway", "pom.xml");
  }

  @Test
  void text_is_seen_dot_files_included() throws IOException {
    plant(".mvn/jvm.config", "-Xmx1g");
    assertThat(new Repository(root).textFiles())
        .contains(new SourceFile(".mvn/jvm.config", "-Xmx1g"))
        .hasSize(4);
  }

  @Test
  void what_is_built_what_git_keeps_and_what_is_no_text_is_not_seen() throws IOException {
    plant("deploy/target/page.md", "");
    plant(".git/config", "");
    plant("deploy/picture.png", "\0");
    assertThat(new Repository(root).textFiles()).hasSize(3);
  }

  private void plant(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
