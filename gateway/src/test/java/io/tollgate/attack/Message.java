package io.tollgate.attack;

import java.util.List;

/**
 * One HTTP/1.1 message as it stood on the wire.
 *
 * @param first the start line
 * @param interim the start lines of interim responses before it
 * @param extensions all chunk extensions, as they stood
 * @param end where the next message would start
 */
record Message(
    String first,
    List<String> interim,
    List<Field> fields,
    String body,
    List<Field> trailers,
    String extensions,
    int end) {

  /** Returns a request's method and target. */
  String asked() {
    return first.substring(0, first.lastIndexOf(' '));
  }

  /** Returns a response's status. */
  int status() {
    return Integer.parseInt(first.substring(9, 12));
  }

  List<String> values(String name) {
    return fields.stream().filter(field -> field.is(name)).map(Field::value).toList();
  }
}
