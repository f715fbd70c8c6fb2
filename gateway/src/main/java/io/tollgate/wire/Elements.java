package io.tollgate.wire;

/**
 * Goes through the elements of a list that is spread over all fields of a name, in their order (RFC
 * 9110, 5.6.1).
 */
final class Elements {
  private final Head head;
  private final Field field;
  private int index = -1;
  private int at;
  private int lineEnd;
  private int start;
  private int end;

  Elements(Head head, Field field) {
    this.head = head;
    this.field = field;
  }

  /** Moves on to the next element; false if there is none. */
  boolean next() {
    byte[] bytes = head.bytes();
    do {
      while (at < lineEnd && (Octets.isSpace(bytes[at]) || bytes[at] == ',')) {
        at++;
      }
      if (at < lineEnd) {
        start = at;
        while (at < lineEnd && bytes[at] != ',') {
          at++;
        }
        end = at;
        while (Octets.isSpace(bytes[end - 1])) {
          end--;
        }
        return true;
      }
    } while (nextLine());
    return false;
  }

  private boolean nextLine() {
    index++;
    while (index < head.fieldCount() && head.field(index) != field) {
      index++;
    }
    if (index >= head.fieldCount()) {
      return false;
    }
    at = head.valueStart(index);
    lineEnd = head.valueEnd(index);
    return true;
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }

  /** Returns whether the element is a token and nothing else (RFC 9110, 5.6.2). */
  boolean isToken() {
    return tokenEnd(start) == end;
  }

  /** Returns where the token ends that begins there: at once, if there is none. */
  int tokenEnd(int from) {
    int to = from;
    while (to < end && Octets.folded(head.bytes()[to]) != 0) {
      to++;
    }
    return to;
  }

  /** Returns whether the element is a token with parameters, none of them in quotes. */
  boolean hasPlainParameters() {
    int to = tokenEnd(start);
    boolean plain = to > start;
    while (plain && to < end) {
      to = skipSpace(to);
      plain = to < end && head.bytes()[to] == ';';
      int name = skipSpace(to + 1);
      to = tokenEnd(name);
      plain &= to > name;
      if (plain && to < end && head.bytes()[to] == '=') {
        int value = to + 1;
        to = tokenEnd(value);
        plain = to > value;
      }
    }
    return plain;
  }

  private int skipSpace(int from) {
    int to = from;
    while (to < end && Octets.isSpace(head.bytes()[to])) {
      to++;
    }
    return to;
  }
}
