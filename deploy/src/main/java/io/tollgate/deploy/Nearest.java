package io.tollgate.deploy;

import java.util.Collection;
import java.util.Comparator;

/** The known name that a mistyped one most probably meant. */
final class Nearest {
  private Nearest() {}

  static String to(String mistyped, Collection<String> known) {
    return known.stream().min(Comparator.comparingInt(name -> distance(mistyped, name))).orElse("");
  }

  /** Counts the single-character edits between two texts (Levenshtein). */
  static int distance(String from, String to) {
    int[] above = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int[] row = new int[to.length() + 1];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = above[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[to.length()];
  }
}
