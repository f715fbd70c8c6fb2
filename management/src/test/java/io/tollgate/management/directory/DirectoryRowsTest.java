package io.tollgate.management.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of what is asked of directory sync names tests that are there. */
class DirectoryRowsTest {
  private static final Path PAGE = Path.of("docs", "directory-sync-tests.md");
  private static final Path TESTS = Path.of("src", "test", "java");
  private static final int NAMES_MIN = 200;

  /** A class, one that is nested in it, and a method: {@code `A.B#c`}. */
  private static final Pattern NAME =
      Pattern.compile("`([A-Z]\\w+Test)(?:\\.(\\w+))?(?:#(\\w+))?`");

  private static Map<String, String> tests() throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> files = Files.walk(TESTS)) {
      for (Path file : files.filter(path -> path.toString().endsWith("Test.java")).toList()) {
        String name = file.getFileName().toString();
        sources.put(name.substring(0, name.length() - ".java".length()), Files.readString(file));
      }
    }
    return sources;
  }

  private static boolean isThere(Map<String, String> tests, MatchResult name) {
    String source = tests.getOrDefault(name.group(1), "");
    boolean isNested = name.group(2) == null || source.contains("class " + name.group(2) + " ");
    return !source.isEmpty()
        && isNested
        && (name.group(3) == null || source.contains(" " + name.group(3) + "("));
  }

  @Test
  void each_of_them_is_there() throws IOException {
    Map<String, String> tests = tests();
    List<String> absent = new ArrayList<>();
    int names = 0;
    for (Matcher name = NAME.matcher(Files.readString(PAGE)); name.find(); names++) {
      if (!isThere(tests, name)) {
        absent.add(name.group());
      }
    }
    assertThat(absent).isEmpty();
    assertThat(names).isGreaterThan(NAMES_MIN);
  }
}
