package io.tollgate.wire;

/** How a message says where its body ends (RFC 9112, 6.3). */
public enum Framing {
  /** There is no body. */
  NONE,
  /** After as many bytes as {@code Content-Length} says. */
  LENGTH,
  /** At the last chunk. */
  CHUNKED,
  /** With the connection; responses only. */
  UNTIL_CLOSE
}
