package io.tollgate.proxy;

import io.tollgate.access.Scopes;
import java.net.URI;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * One entry of the configuration's {@code routes}: which requests it takes and where they go.
 * Immutable.
 *
 * @param path a prefix on segment boundaries, starting with a slash: {@code /a} takes {@code /a}
 *     and {@code /a/b}, not {@code /ab}; a slash at its end counts for nothing
 * @param upstream {@code http[s]://host[:port][/base]}; the base is put before the request's path
 * @param scopes all of these must be held by the key
 * @param methods those that are let through, in upper case; empty for all that the edge knows
 * @param credentials the headers that a key is read from; never empty
 */
public record Route(
    String path,
    URI upstream,
    Scopes scopes,
    Set<String> methods,
    Set<CredentialHeader> credentials) {

  /**
   * Checks the entry and brings its path to canonical form.
   *
   * @throws IllegalArgumentException that names the field, its value and what was expected
   */
  public Route {
    path = RoutePath.canonical(path);
    upstream = UpstreamAddress.check(upstream);
    for (String method : methods) {
      if (!Methods.isKnown(method)) {
        throw new IllegalArgumentException(
            "methods must be among " + Methods.KNOWN + ", was \"" + method + "\"");
      }
    }
    methods = Set.copyOf(methods);
    if (credentials.isEmpty()) {
      throw new IllegalArgumentException("credentials must name at least one header, was empty");
    }
    credentials = Set.copyOf(credentials);
  }

  /** Makes a route that takes every method and reads keys from both headers. */
  public static Route to(String path, String upstream) {
    return new Route(
        path, URI.create(upstream), Scopes.NONE, Set.of(), EnumSet.allOf(CredentialHeader.class));
  }

  /** Returns whether a request of that method is let through. */
  public boolean allows(String method) {
    return methods.isEmpty() ? Methods.isKnown(method) : methods.contains(method);
  }

  /** Returns the methods that are let through. */
  public Set<String> allowed() {
    return methods.isEmpty() ? Methods.KNOWN : methods;
  }

  /** Returns whether this route reads keys from the header of that name. */
  boolean reads(String headerName) {
    String lower = headerName.toLowerCase(Locale.ROOT);
    return credentials.stream().anyMatch(header -> header.headerName().equals(lower));
  }
}
