package io.tollgate.wire;

import io.netty.util.AsciiString;

/**
 * Spells fields that came by HTTP/2 as the lines of HTTP/1.1, so that all that is read of a message
 * is read by one parser. What HTTP/2 itself forbids is no field (RFC 9113, 8.2).
 */
final class Http2Fields {
  private Http2Fields() {}

  /** Returns whether the name is one of those that stand for a start line. */
  static boolean isPseudo(CharSequence name) {
    return !name.isEmpty() && name.charAt(0) == ':';
  }

  /**
   * Writes a field as a line, without the spaces around its value: many servers of gRPC send what
   * their applications say as it is, and who sees it is told the same without them.
   *
   * @return whether it is well-formed; if not, what was written is worth nothing
   */
  static boolean putLine(CharSequence name, CharSequence value, HeadBuffer to) {
    AsciiString named = AsciiString.of(name);
    AsciiString said = AsciiString.of(value);
    int nameStart = named.arrayOffset();
    int nameEnd = nameStart + named.length();
    int valueStart = said.arrayOffset();
    int valueEnd = valueStart + said.length();
    while (valueStart < valueEnd && Octets.isSpace(said.array()[valueStart])) {
      valueStart++;
    }
    while (valueStart < valueEnd && Octets.isSpace(said.array()[valueEnd - 1])) {
      valueEnd--;
    }
    if (!HeadSpeller.isName(named.array(), nameStart, nameEnd)
        || !HeadSpeller.isValue(said.array(), valueStart, valueEnd)
        || isOfConnection(Field.of(named.array(), nameStart, nameEnd))) {
      return false;
    }
    to.put(named.array(), nameStart, nameEnd).put(": ");
    to.put(said.array(), valueStart, valueEnd).endLine();
    return true;
  }

  /** Fields of one connection have no meaning where many exchanges share it (RFC 9113, 8.2.2). */
  private static boolean isOfConnection(Field field) {
    return switch (field) {
      case CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING, UPGRADE -> true;
      default -> false;
    };
  }
}
