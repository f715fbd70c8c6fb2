package io.tollgate.proxy;

import io.tollgate.wire.Target;

/** The path of a route as configured, brought to the one form that requests are matched with. */
final class RoutePath {
  private RoutePath() {}

  /**
   * Returns the path without a slash at its end, {@code "/"} for the root.
   *
   * @throws IllegalArgumentException if no request's path could ever match it
   */
  static String canonical(String path) {
    Target target = Target.parse(path);
    if (target == null || !target.query().isEmpty()) {
      throw new IllegalArgumentException(
          "path must be an absolute path without dot segments, empty segments, query or"
              + " semicolon, was \""
              + path
              + "\"");
    }
    String canonical = target.path();
    boolean slashAtEnd = canonical.length() > 1 && canonical.endsWith("/");
    return slashAtEnd ? canonical.substring(0, canonical.length() - 1) : canonical;
  }
}
