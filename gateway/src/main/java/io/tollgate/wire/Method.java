package io.tollgate.wire;

import org.jspecify.annotations.Nullable;

/** The request methods that are forwarded at all; CONNECT and TRACE never are. */
public enum Method {
  DELETE(true),
  GET(true),
  HEAD(true),
  OPTIONS(true),
  PATCH(false),
  POST(false),
  PUT(true);

  private static final Method[] KNOWN = values();

  private final boolean idempotent;

  Method(boolean idempotent) {
    this.idempotent = idempotent;
  }

  /** Returns whether sending it twice does no more than sending it once (RFC 9110, 9.2.2). */
  public boolean isIdempotent() {
    return idempotent;
  }

  /** Returns the method of that name, or null; names are case-sensitive. */
  public static @Nullable Method of(String name) {
    for (Method method : KNOWN) {
      if (method.name().equals(name)) {
        return method;
      }
    }
    return null;
  }

  static @Nullable Method find(byte[] bytes, int start, int end) {
    for (Method method : KNOWN) {
      if (Octets.equal(bytes, start, end, method.name())) {
        return method;
      }
    }
    return null;
  }
}
