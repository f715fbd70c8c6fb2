package io.tollgate.management.object;

import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Ids of a prefix and 27 random letters and digits: 160 bits, so that none comes twice. */
public final class WordId {
  private static final String LETTERS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final int LENGTH = 27;
  private static final Pattern REST = Pattern.compile("[0-9A-Za-z_]{" + LENGTH + "}");

  private WordId() {}

  /** Returns whether the text is such an id; the contract takes underscores, too. */
  public static boolean isId(String prefix, String text) {
    return text.startsWith(prefix) && REST.matcher(text.substring(prefix.length())).matches();
  }

  public static String make(String prefix, RandomGenerator random) {
    var id = new StringBuilder(prefix);
    for (int i = 0; i < LENGTH; i++) {
      id.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return id.toString();
  }
}
