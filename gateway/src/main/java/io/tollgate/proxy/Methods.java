package io.tollgate.proxy;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The request methods that are forwarded at all; CONNECT and TRACE never are. */
final class Methods {
  static final Set<String> KNOWN =
      new TreeSet<>(List.of("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"));
  private static final Set<String> LOOKED_UP = Set.copyOf(KNOWN);
  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

  private Methods() {}

  static boolean isKnown(String method) {
    return LOOKED_UP.contains(method);
  }

  /** Returns whether sending such a request twice does no more than sending it once (RFC 9110). */
  static boolean isSafe(String method) {
    return SAFE.contains(method);
  }
}
