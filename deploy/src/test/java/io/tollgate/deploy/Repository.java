package io.tollgate.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The repository's tree on disk, less what is built, what an editor keeps and what a run leaves.
 *
 * @param root the directory that holds the root pom
 */
record Repository(Path root) {
  private static final Set<String> UNSEEN =
      Set.of(
          ".git",
          "target",
          ".idea",
          ".vscode",
          ".settings",
          ".tollgate",
          ".cifuzz-corpus",
          "node_modules");

  /** Returns the repository that the working directory lies in. */
  static Repository here() {
    return around(Path.of("").toAbsolutePath());
  }

  static Repository around(Path start) {
    for (Path candidate = start; candidate != null; candidate = candidate.getParent()) {
      if (Files.isDirectory(candidate.resolve("gateway"))
          && Files.isDirectory(candidate.resolve("deploy"))
          && Files.isRegularFile(candidate.resolve("pom.xml"))) {
        return new Repository(candidate);
      }
    }
    throw new IllegalStateException("no repository around " + start);
  }

  /** Returns the names at the root, less those that start with a dot and what Maven builds. */
  List<String> topLevel() throws IOException {
    try (Stream<Path> children = Files.list(root)) {
      return children
          .map(child -> child.getFileName().toString())
          .filter(name -> !name.startsWith(".") && !name.equals("target"))
          .sorted()
          .toList();
    }
  }

  /** Returns every text file, by path. */
  List<SourceFile> textFiles() throws IOException {
    List<SourceFile> files = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            return UNSEEN.contains(directory.getFileName().toString()) && !directory.equals(root)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            read(file).ifPresent(files::add);
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort((one, other) -> one.path().compareTo(other.path()));
    return files;
  }

  boolean exists(String path) {
    return Files.exists(root.resolve(path));
  }

  private Optional<SourceFile> read(Path file) {
    try {
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      String path = root.relativize(file).toString().replace('\\', '/');
      // What holds a NUL is no text; so Git tells the two apart as well.
      return text.indexOf('\0') >= 0 ? Optional.empty() : Optional.of(new SourceFile(path, text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
