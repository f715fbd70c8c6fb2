package io.tollgate.management.scim;

import com.unboundid.scim2.common.filters.Filter;

/**
 * Filters as identity providers write them: RFC 7644's grammar, and what they write beside it.
 *
 * <p>They are read by a reader of our own and not by the library that the outcome is made of. Its
 * own reader doubles a filter with each {@code and} before an {@code or}: thirty of them would fill
 * any memory.
 */
public final class Filters {
  static final int LENGTH_MAX = 16_000;

  private Filters() {}

  /** Reads a filter over the attributes of the standard. */
  public static Filter parse(String text, ResourceKind kind) {
    return parse(text, kind, Vocabulary.STANDARD);
  }

  /**
   * Reads a filter. What it returns names attributes as the schemas spell them, {@code emails} as
   * {@code emails.value}, and compares each with a value of its own type.
   *
   * @throws ScimError a 400 invalidFilter that says where it is not one
   */
  public static Filter parse(String text, ResourceKind kind, Vocabulary vocabulary) {
    if (text.length() > LENGTH_MAX) {
      throw ScimError.invalidFilter(
          "The filter may have " + LENGTH_MAX + " characters, has " + text.length() + ".");
    }
    try {
      ScimJson.checkText(text, "The filter");
      return new FilterParser(text, 0, kind, vocabulary).whole();
    } catch (ScimError e) {
      // A path or a value within a filter is of the filter.
      throw ScimError.invalidFilter(e.detail());
    }
  }
}
