package io.tollgate.deploy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rule that every refusal a client may see is explained to the operator, and nothing else. */
final class FailureModes {
  static final String PAGE = "deploy/docs/failure-modes.md";

  /** A constant such as {@code KEY_INVALID(401, "key-invalid"}. */
  private static final Pattern CONSTANT =
      Pattern.compile("\\b[A-Z_]+\\(\\s*([45]\\d\\d),\\s*\"([a-z-]+)\"");

  private static final Pattern HEADING = Pattern.compile("## `?([a-z-]+)`?");
  private static final Pattern STATUS = Pattern.compile("\\b[45]\\d\\d\\b");

  private FailureModes() {}

  /** A refusal as the client sees it. */
  record Refusal(String code, int status) implements Comparable<Refusal> {
    @Override
    public int compareTo(Refusal other) {
      return code.equals(other.code)
          ? Integer.compare(status, other.status)
          : code.compareTo(other.code);
    }
  }

  /** Returns the refusals that are declared in the gateway's sources. */
  static SortedSet<Refusal> declared(Collection<SourceFile> files) {
    SortedSet<Refusal> refusals = new TreeSet<>();
    for (SourceFile file : files) {
      if (file.isMain() && file.module().equals("gateway")) {
        Matcher constant = CONSTANT.matcher(file.text());
        while (constant.find()) {
          refusals.add(new Refusal(constant.group(2), Integer.parseInt(constant.group(1))));
        }
      }
    }
    return refusals;
  }

  /**
   * Finds refusals without a heading, headings without a refusal, and sections that name another
   * status first than the one that is sent.
   */
  static List<String> offences(Collection<Refusal> refusals, String page) {
    Map<String, String> sections = sections(page);
    List<String> offences = new ArrayList<>();
    for (Refusal refusal : refusals) {
      String section = sections.remove(refusal.code());
      if (section == null) {
        offences.add(refusal.code() + ": has no heading");
        continue;
      }
      Matcher status = STATUS.matcher(section);
      if (!status.find() || Integer.parseInt(status.group()) != refusal.status()) {
        offences.add(refusal.code() + ": is " + refusal.status() + ", its section says otherwise");
      }
    }
    for (String code : sections.keySet()) {
      offences.add(code + ": is no refusal any more");
    }
    return offences;
  }

  private static Map<String, String> sections(String page) {
    Map<String, String> sections = new LinkedHashMap<>();
    String code = "";
    for (String line : page.lines().toList()) {
      Matcher heading = HEADING.matcher(line);
      if (heading.matches()) {
        code = heading.group(1);
        sections.put(code, "");
      } else if (!code.isEmpty()) {
        sections.merge(code, line + '\n', String::concat);
      }
    }
    return sections;
  }
}
