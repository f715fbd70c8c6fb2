package io.tollgate.deploy;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A text file of the repository, as the house's rules see it. Immutable.
 *
 * @param path from the repository's root, with slashes
 */
record SourceFile(String path, String text) {
  /** Comments and literals; possessive, since a long literal would else exhaust the stack. */
  private static final Pattern COMMENT_OR_LITERAL =
      Pattern.compile(
          "//[^\\n]*+"
              + "|/\\*(?:[^*]|\\*(?!/))*+\\*/"
              + "|\"\"\"(?:[^\"\\\\]|\\\\[\\s\\S]|\"(?!\"\"))*+\"\"\""
              + "|\"(?:[^\"\\\\\\n]|\\\\.)*+\""
              + "|'(?:[^'\\\\\\n]|\\\\.)*+'");

  private static final Pattern JAVA_ROOT = Pattern.compile("[^/]+/src/(main|test)/java/");

  boolean isJava() {
    return path.endsWith(".java") && JAVA_ROOT.matcher(path).lookingAt();
  }

  boolean isMain() {
    return isJava() && path.contains("/src/main/java/");
  }

  boolean isPackageInfo() {
    return path.endsWith("/package-info.java");
  }

  boolean isMarkdown() {
    return path.endsWith(".md");
  }

  /** Returns the name of the module's directory. */
  String module() {
    return path.substring(0, path.indexOf('/'));
  }

  /** Returns the package by the directory that the file stands in. */
  String packageName() {
    String inPackages = JAVA_ROOT.matcher(path).replaceFirst("");
    return inPackages.substring(0, Math.max(0, inPackages.lastIndexOf('/'))).replace('/', '.');
  }

  /** Returns whether the file's package is the named one or one below it. */
  boolean isUnder(String name) {
    return packageName().equals(name) || packageName().startsWith(name + '.');
  }

  /**
   * Returns the Java text without comments and with every literal's content taken out, so that what
   * is merely spoken of is not mistaken for what is done. Lines keep their numbers.
   */
  String code() {
    return COMMENT_OR_LITERAL.matcher(text).replaceAll(found -> hollow(found.group()));
  }

  /**
   * Returns one offence for each place where the pattern is found in a form of this file's text.
   */
  List<String> offences(String form, Pattern banned, String reason) {
    return banned
        .matcher(form)
        .results()
        .map(found -> offence(lineOf(form, found), found.group().strip() + ": " + reason))
        .collect(Collectors.toList());
  }

  String offence(long line, String what) {
    return path + ':' + line + ": " + what;
  }

  private static long lineOf(String form, MatchResult found) {
    return 1 + form.substring(0, found.start()).chars().filter(c -> c == '\n').count();
  }

  private static String hollow(String found) {
    String newLines = found.replaceAll("[^\\n]", "");
    if (found.startsWith("/")) {
      return found.startsWith("/*") ? ' ' + newLines : "";
    }
    boolean blank = found.replaceAll("[\"']", "").isBlank();
    return (blank ? "\"\"" : "\"-\"") + newLines;
  }
}
