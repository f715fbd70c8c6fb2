package io.tollgate.management.connection;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of what is logged whose an e-mail address is: the first character and the domain stay,
 * which is what one looks at for why an address does not fit.
 */
final class EmailMask {
  private static final String MASK = "***";

  /** What ends a name on its left, but where it stands in quotes. */
  private static final String ENDS = "\"<>(),;:[]\\@";

  private EmailMask() {}

  /** Returns a copy in which all texts are masked, names of members too. */
  static JsonObject masked(JsonObject object) {
    var masked = new JsonObject();
    object.forEach(member -> masked.put(masked(member.getKey()), masked(member.getValue())));
    return masked;
  }

  private static @Nullable Object masked(@Nullable Object value) {
    if (value instanceof String text) {
      return masked(text);
    }
    if (value instanceof JsonObject object) {
      return masked(object);
    }
    if (value instanceof JsonArray array) {
      var elements = new JsonArray();
      array.forEach(element -> elements.add(masked(element)));
      return elements;
    }
    return value;
  }

  static String masked(String given) {
    // As a path spells it.
    String text = given.replace("%40", "@");
    int at = text.indexOf('@');
    if (at < 0) {
      return given;
    }
    var masked = new StringBuilder();
    int done = 0;
    while (at >= 0) {
      int start = start(text, done, at);
      if (start < at) {
        int first = text.offsetByCodePoints(start, 1);
        masked.append(text, done, first).append(MASK);
        done = at;
      }
      at = text.indexOf('@', at + 1);
    }
    return masked.append(text, done, text.length()).toString();
  }

  /** Returns where what stands before the at begins. */
  private static int start(String text, int from, int at) {
    int start = back(text, from, at, ENDS);
    return start < at ? start : back(text, from, at, "");
  }

  private static int back(String text, int from, int at, String ends) {
    int start = at;
    while (start > from
        && text.charAt(start - 1) > ' '
        && ends.indexOf(text.charAt(start - 1)) < 0) {
      start--;
    }
    return start;
  }
}
