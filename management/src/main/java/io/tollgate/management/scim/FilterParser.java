package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.node.ValueNode;
import com.unboundid.scim2.common.filters.Filter;
import io.tollgate.management.wire.ApiError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one filter, from left to right, and never deeper than a bound. */
final class FilterParser {
  private static final int NESTING_MAX = 64;

  /** Each is a search of its own in the database. */
  private static final int CONDITIONS_MAX = 200;

  private final String text;
  private final ResourceKind kind;
  private final Vocabulary vocabulary;
  private int position;
  private int nesting;
  private int conditions;

  /** What the names within brackets are parts of; null outside of brackets. */
  private @Nullable AttributeType element;

  FilterParser(String text, int position, ResourceKind kind, Vocabulary vocabulary) {
    this.text = text;
    this.position = position;
    this.kind = kind;
    this.vocabulary = vocabulary;
  }

  /** Reads all of the text. */
  Filter whole() {
    Filter filter = or();
    skipSpaces();
    if (position < text.length()) {
      throw unexpected("and, or, or the filter's end");
    }
    return filter;
  }

  /** Reads what stands between brackets, of which the first has been read, up to the last. */
  Filter bracketed(@Nullable AttributeType within) {
    deeper();
    element = within == null ? AttributeType.free("element") : within;
    Filter filter = or();
    element = null;
    skipSpaces();
    expect(']');
    nesting--;
    return filter;
  }

  int position() {
    return position;
  }

  /** Returns how many were read. */
  int conditions() {
    return conditions;
  }

  private Filter or() {
    List<Filter> parts = new ArrayList<>();
    do {
      parts.add(and());
    } while (takeWord("or"));
    return parts.size() == 1 ? parts.getFirst() : Filter.or(parts);
  }

  private Filter and() {
    List<Filter> parts = new ArrayList<>();
    do {
      parts.add(unary());
    } while (takeWord("and"));
    return parts.size() == 1 ? parts.getFirst() : Filter.and(parts);
  }

  private Filter unary() {
    skipSpaces();
    if (peek() == '(') {
      return group();
    }
    int start = position;
    String word = word();
    if (word.equalsIgnoreCase("not")) {
      skipSpaces();
      if (peek() == '(') {
        return Filter.not(group());
      }
      position = start + word.length();
    }
    return condition(word, start);
  }

  private Filter group() {
    deeper();
    expect('(');
    Filter filter = or();
    skipSpaces();
    expect(')');
    nesting--;
    return filter;
  }

  private void deeper() {
    if (++nesting > NESTING_MAX) {
      throw ScimError.invalidFilter("The filter may be nested " + NESTING_MAX + " deep.");
    }
  }

  private Filter condition(String word, int start) {
    if (++conditions > CONDITIONS_MAX) {
      throw ScimError.invalidFilter("The filter may have " + CONDITIONS_MAX + " conditions.");
    }
    if (word.isEmpty()) {
      position = start;
      throw unexpected("the name of an attribute");
    }
    AttributeName name = name(word);
    if (peek() == '[' && element == null) {
      position++;
      return elements(name);
    }
    return compared(name);
  }

  private AttributeName name(String word) {
    if (element == null) {
      AttributeName name = AttributeName.parse(word, kind, vocabulary);
      if (name.attribute() == null) {
        throw ScimError.invalidFilter(
            "A filter must name an attribute, not a schema: " + ApiError.quote(word) + ".");
      }
      return name;
    }
    if (!AttributeName.isName(word)) {
      throw ScimError.invalidFilter(
          "Between brackets must stand the name of a part, such as type, was "
              + ApiError.quote(word)
              + ".");
    }
    @Nullable AttributeType part = element.part(word);
    return new AttributeName(null, part == null ? word : part.name(), null, part);
  }

  /** {@code emails[type eq "work"]}, behind which Entra writes {@code .value eq "x"} as well. */
  private Filter elements(AttributeName name) {
    @Nullable AttributeType type = name.target();
    if (type != null && !type.isComplex() && !type.isFree()) {
      throw ScimError.invalidFilter(name + " has no parts that brackets could ask for.");
    }
    Filter filter = bracketed(type);
    if (peek() != '.') {
      return Filter.complex(name.path(), filter);
    }
    position++;
    element = type == null ? AttributeType.free("element") : type;
    Filter behind = compared(name(word()));
    element = null;
    return Filter.complex(name.path(), Filter.and(filter, behind));
  }

  private Filter compared(AttributeName name) {
    skipSpaces();
    int start = position;
    String operator = word();
    if (operator.isEmpty()) {
      throw unexpected("an operator, such as eq");
    }
    @Nullable Comparison comparison = Comparison.find(operator);
    if (comparison == null) {
      position = start;
      throw unexpected("one of eq, ne, co, sw, ew, pr, gt, ge, lt, le");
    }
    if (comparison == Comparison.PR) {
      return comparison.filter(name);
    }
    skipSpaces();
    return comparison.filter(name, value());
  }

  private ValueNode value() {
    int start = position;
    String literal = peek() == '"' ? quoted() : word();
    @Nullable ValueNode value =
        literal.equalsIgnoreCase("true")
                || literal.equalsIgnoreCase("false")
                || literal.equalsIgnoreCase("null")
            ? ScimJson.scalar(AttributeType.lower(literal))
            : ScimJson.scalar(literal);
    if (value == null) {
      position = start;
      throw unexpected("a value: a text in quotes, a number, true, false or null");
    }
    return value;
  }

  /** Returns a text with its quotes, as it is spelled. */
  private String quoted() {
    int start = position++;
    while (position < text.length() && text.charAt(position) != '"') {
      position += text.charAt(position) == '\\' ? 2 : 1;
    }
    position = Math.min(position + 1, text.length());
    return text.substring(start, position);
  }

  private boolean takeWord(String expected) {
    int start = position;
    skipSpaces();
    if (word().equalsIgnoreCase(expected)) {
      return true;
    }
    position = start;
    return false;
  }

  private String word() {
    int start = position;
    while (position < text.length() && " ()[]\"".indexOf(text.charAt(position)) < 0) {
      position++;
    }
    return text.substring(start, position);
  }

  private void skipSpaces() {
    while (peek() == ' ') {
      position++;
    }
  }

  /** Returns the next character, or 0 at the end: there is none in a filter. */
  private char peek() {
    return position < text.length() ? text.charAt(position) : 0;
  }

  private void expect(char c) {
    if (peek() != c) {
      throw unexpected("'" + c + "'");
    }
    position++;
  }

  private ScimError unexpected(String expected) {
    String found =
        position >= text.length()
            ? "its end"
            : ApiError.quote(text.substring(position, Math.min(position + 20, text.length())));
    return ScimError.invalidFilter(
        "The filter must have "
            + expected
            + " at character "
            + (position + 1)
            + ", has "
            + found
            + ".");
  }
}
