package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;

/** The README's blocks of Java, to be compiled as they stand there. */
final class ReadmeJava {
  static final String CLASS_PATH = System.getProperty("java.class.path");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```java\n(.*?)^```$");
  private static final Pattern IMPORT = Pattern.compile("(?m)^import .*;$");

  /** How many there are, each with a test of its own. */
  private static final int BLOCKS = 2;

  private ReadmeJava() {}

  /** Returns the one block that has this text. */
  static String block(String text) throws IOException {
    String readme = Files.readString(Repository.here().root().resolve("README.md"));
    List<String> blocks = BLOCK.matcher(readme).results().map(found -> found.group(1)).toList();
    assertThat(blocks).as("blocks of Java in the README").hasSize(BLOCKS);
    List<String> found = blocks.stream().filter(block -> block.contains(text)).toList();
    assertThat(found).as("those with " + text).hasSize(1);
    return found.get(0);
  }

  static String imports(String block) {
    return IMPORT
        .matcher(block)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.joining("\n"));
  }

  static String withoutImports(String block) {
    return IMPORT.matcher(block).replaceAll("");
  }

  /** Compiles a class into the directory. */
  static void compile(String source, String name, Path home) throws IOException {
    Path file = Files.writeString(home.resolve(name + ".java"), source);
    var said = new ByteArrayOutputStream();
    int result =
        Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK is needed")
            .run(
                null,
                said,
                said,
                "-proc:none",
                "-cp",
                CLASS_PATH,
                "-d",
                home.toString(),
                file.toString());
    assertThat(result).as(source + said.toString(StandardCharsets.UTF_8)).isZero();
  }
}
