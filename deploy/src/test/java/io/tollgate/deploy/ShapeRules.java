package io.tollgate.deploy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The rules on size and on what every package must say of itself. */
final class ShapeRules {
  static final int FILE_LINES_MAX = 400;
  static final int METHOD_LINES_MAX = 40;
  static final int LINE_COLUMNS_MAX = 100;

  private static final Pattern START = Pattern.compile("Start with[\\s*]+\\{@link\\s+([\\w.]+)");

  private ShapeRules() {}

  /** Finds Java files, of tests too, that are too long to be read in one go. */
  static List<String> longFiles(SourceFile file) {
    long lines = file.text().lines().count();
    return file.isJava() && lines > FILE_LINES_MAX
        ? List.of(file.offence(lines, "more than " + FILE_LINES_MAX + " lines"))
        : List.of();
  }

  /** Finds methods, constructors and initializers of main sources that are too long. */
  static List<String> longMethods(SourceFile file) {
    if (!file.isMain()) {
      return List.of();
    }
    return JavaOutline.of(file).blocks().stream()
        .filter(block -> block.lines() > METHOD_LINES_MAX)
        .map(
            block ->
                file.offence(
                    block.firstLine(),
                    block.name() + " has " + block.lines() + " lines, not " + METHOD_LINES_MAX))
        .toList();
  }

  /** Finds lines of Java that are too wide, imports and lines that hold a URL excepted. */
  static List<String> wideLines(SourceFile file) {
    List<String> offences = new ArrayList<>();
    if (file.isJava()) {
      List<String> lines = file.text().lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        boolean excepted = line.startsWith("import ") || line.contains("://");
        if (!excepted && line.codePoints().count() > LINE_COLUMNS_MAX) {
          offences.add(file.offence(i + 1, "more than " + LINE_COLUMNS_MAX + " columns"));
        }
      }
    }
    return offences;
  }

  /**
   * Finds packages of main sources that don't say what they are, or not where to start reading.
   *
   * <p>A package is judged by its name: benchmarks mirror the packages that they measure, and those
   * have said it already.
   */
  static List<String> mutePackages(Collection<SourceFile> files) {
    Map<String, List<SourceFile>> packages =
        files.stream()
            .filter(SourceFile::isMain)
            .collect(
                Collectors.groupingBy(SourceFile::packageName, TreeMap::new, Collectors.toList()));
    List<String> offences = new ArrayList<>();
    packages.forEach((name, members) -> offences.addAll(mute(name, members)));
    return offences;
  }

  private static List<String> mute(String name, List<SourceFile> members) {
    List<SourceFile> infos = members.stream().filter(SourceFile::isPackageInfo).toList();
    if (infos.isEmpty()) {
      return List.of(name + ": has no package-info.java");
    }
    var types = new TreeSet<String>();
    for (SourceFile member : members) {
      String fileName = member.path().substring(member.path().lastIndexOf('/') + 1);
      types.add(fileName.replace(".java", ""));
    }
    List<String> offences = new ArrayList<>();
    for (SourceFile info : infos) {
      if (!JavaOutline.of(info).packageAnnotations().contains("@NullMarked")) {
        offences.add(info.offence(1, "lacks @NullMarked"));
      }
      Matcher start = START.matcher(info.text());
      if (!start.find()) {
        offences.add(info.offence(1, "lacks a line Start with {@link …}"));
      } else if (!types.contains(start.group(1).replace(name + '.', ""))) {
        offences.add(info.offence(1, "starts with " + start.group(1) + ", which is not there"));
      }
    }
    return offences;
  }
}
