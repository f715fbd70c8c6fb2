package io.tollgate.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The rules on what a Markdown page points at: it must be there. */
final class LinkRules {
  private static final Pattern FENCE = Pattern.compile("(?ms)^ *```.*?^ *```");
  private static final Pattern INLINE_CODE = Pattern.compile("`[^`\\n]*+`");
  private static final Pattern LINK =
      Pattern.compile(
          "\\]\\(<?([^)\\s>]+)"
              + "|(?m:^ *\\[[^\\]\\n]+\\]:\\s*(\\S+))"
              + "|(?:href|src)=\"([^\"]+)\"");
  private static final Pattern ELSEWHERE = Pattern.compile("[a-z][a-z0-9+.-]*:.*");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6}\\s+(.+?)\\s*$");

  /** A path from the root as prose and commands name it; a glob or placeholder ends it. */
  private static final Pattern NAMED_PATH =
      Pattern.compile("(?<![\\w./-])(?:gateway|management|benchmarks|deploy)/(?:[\\w./-]*\\w)?");

  private LinkRules() {}

  /**
   * Finds relative links of a page whose target, or whose heading in the target, is not there.
   *
   * @param pages every Markdown page, by path
   * @param exists tells of a path from the root whether it is there
   */
  static List<String> deadLinks(
      SourceFile page, Map<String, SourceFile> pages, Predicate<String> exists) {
    List<String> offences = new ArrayList<>();
    Matcher link = LINK.matcher(INLINE_CODE.matcher(prose(page)).replaceAll(""));
    while (link.find()) {
      String target = firstGroup(link);
      if (!ELSEWHERE.matcher(target).matches() && !leads(page, target, pages, exists)) {
        offences.add(page.path() + ": the link " + target + " leads nowhere");
      }
    }
    return offences;
  }

  /** Finds paths from the root that a page names, in prose or commands, and that aren't there. */
  static List<String> deadPaths(SourceFile page, Predicate<String> exists) {
    return NAMED_PATH
        .matcher(page.text())
        .results()
        .map(found -> found.group())
        // What the build makes is there only after it.
        .filter(path -> !path.contains("/target") && !exists.test(path))
        .map(path -> page.path() + ": names " + path + ", which is not there")
        .toList();
  }

  private static boolean leads(
      SourceFile page, String target, Map<String, SourceFile> pages, Predicate<String> exists) {
    int hash = target.indexOf('#');
    String file = hash < 0 ? target : target.substring(0, hash);
    String path = file.isEmpty() ? page.path() : resolve(page, file);
    if (!exists.test(path)) {
      return false;
    }
    SourceFile targetPage = pages.get(path);
    return hash < 0
        || targetPage == null
        || anchors(targetPage).contains(target.substring(hash + 1));
  }

  /** Resolves a link as the web does, so that one that leaves the repository leads nowhere. */
  private static String resolve(SourceFile page, String link) {
    String base = link.startsWith("/") ? "" : page.path().replaceFirst("[^/]*$", "");
    List<String> segments = new ArrayList<>();
    for (String segment : (base + link).split("/", -1)) {
      if (segment.equals("..")) {
        if (segments.isEmpty()) {
          return "(outside the repository)";
        }
        segments.removeLast();
      } else if (!segment.isEmpty() && !segment.equals(".")) {
        segments.add(segment);
      }
    }
    return String.join("/", segments);
  }

  private static Set<String> anchors(SourceFile page) {
    return HEADING
        .matcher(prose(page))
        .results()
        .map(
            heading ->
                heading
                    .group(1)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  private static String prose(SourceFile page) {
    return FENCE.matcher(page.text()).replaceAll("");
  }

  private static String firstGroup(Matcher link) {
    for (int group = 1; group < link.groupCount(); group++) {
      if (link.group(group) != null) {
        return link.group(group);
      }
    }
    return link.group(link.groupCount());
  }
}
