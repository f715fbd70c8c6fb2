package io.tollgate.management.scim;

import com.unboundid.scim2.common.filters.Filter;
import io.tollgate.management.wire.ApiError;
import org.jspecify.annotations.Nullable;

/**
 * What a PATCH aims at: {@code name.givenName}, {@code emails[type eq "work"].value}. Immutable.
 *
 * @param name without what is asked for by a filter's element
 * @param filter which elements are meant; null where none is asked for
 */
record ScimPath(AttributeName name, @Nullable Filter filter) {
  private static final int LENGTH_MAX = 4_096;

  /** Each is tried on each element by each operation; but members are not, they are named. */
  private static final int CONDITIONS_MAX = 10;

  /**
   * Reads a path.
   *
   * @throws ScimError a 400 invalidPath
   */
  static ScimPath parse(String text, ResourceKind kind, Vocabulary vocabulary) {
    String path = text.strip();
    if (path.isEmpty() || path.length() > LENGTH_MAX) {
      throw invalid(text);
    }
    int bracket = path.indexOf('[');
    if (bracket < 0) {
      return new ScimPath(AttributeName.parse(path, kind, vocabulary), null);
    }
    AttributeName name = AttributeName.parse(path.substring(0, bracket), kind, vocabulary);
    if (name.attribute() == null || name.sub() != null) {
      throw invalid(text);
    }
    var parser = new FilterParser(path, bracket + 1, kind, vocabulary);
    Filter filter = parser.bracketed(name.type());
    boolean tried = !(kind == ResourceKind.GROUP && "members".equals(name.attribute()));
    if (tried && parser.conditions() > CONDITIONS_MAX) {
      throw ScimError.invalidPath(
          "The path may have " + CONDITIONS_MAX + " conditions, has " + parser.conditions() + ".");
    }
    String tail = path.substring(parser.position());
    if (tail.isEmpty()) {
      return new ScimPath(name, filter);
    }
    if (tail.charAt(0) != '.' || !AttributeName.isName(tail.substring(1))) {
      throw invalid(text);
    }
    return new ScimPath(name.withSub(tail.substring(1)), filter);
  }

  /** Returns whether a schema knows what it leads to; only what has parts is chosen by them. */
  boolean isKnown() {
    @Nullable AttributeType type = name.type();
    boolean hasParts = type != null && (type.isComplex() || type.isFree());
    return name.target() != null && (filter == null || hasParts);
  }

  private static ScimError invalid(String text) {
    return ScimError.invalidPath(
        "The path must name what to change, such as displayName or emails[type eq \"work\"].value,"
            + " was "
            + ApiError.quote(text)
            + ".");
  }
}
