package io.tollgate.proxy;

import io.tollgate.access.Scopes;
import io.tollgate.setting.Bounds;
import io.tollgate.wire.Method;
import java.net.URI;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the configuration's {@code routes}: which requests it takes and where they go.
 * Immutable.
 *
 * @param path a prefix on segment boundaries, starting with a slash: {@code /a} takes {@code /a}
 *     and {@code /a/b}, not {@code /ab}; a slash at its end counts for nothing
 * @param destination the targets; the base in their URLs is put before the request's path
 * @param scopes all of these must be held by the key
 * @param methods those that are let through, in upper case; empty for all that the edge knows
 * @param credentials the headers that a key is read from; never empty
 * @param preflight whether a browser's CORS pre-flight, which carries no key, is forwarded without
 * @param timeouts those that differ from the proxy's own
 * @param cost how many units a request takes of each limit and quota, and counts, 0 to {@value
 *     #COST_MAX}
 * @param quotaStatus what a request beyond a quota is answered, 429 or 402
 * @param principal for whom a signed principal is sent, 1 to {@value #PRINCIPAL_MAX} printable
 *     ASCII characters; empty for none
 * @param longLived what of its exchanges may go on for long, and what that costs
 * @param bodyBytesMax the longest body of a request, 0 to {@value #BODY_BYTES_MAX}; 0 for any
 *     length, null for what the edge says
 */
public record Route(
    String path,
    Destination destination,
    Scopes scopes,
    Set<String> methods,
    Set<CredentialHeader> credentials,
    boolean preflight,
    Timeouts timeouts,
    int cost,
    int quotaStatus,
    String principal,
    LongLived longLived,
    @Nullable Long bodyBytesMax) {
  public static final int COST_MAX = 1_000_000;
  public static final int COST = 1;
  public static final int PRINCIPAL_MAX = 255;
  public static final int TOO_MANY_REQUESTS = 429;
  public static final int PAYMENT_REQUIRED = 402;

  /** A tebibyte: more than anybody sends in one request. */
  public static final long BODY_BYTES_MAX = 1L << 40;

  private static final Pattern PRINCIPAL = Pattern.compile("[!-~]{0," + PRINCIPAL_MAX + "}");

  /**
   * Checks the entry and brings its path to canonical form.
   *
   * @throws IllegalArgumentException that names the field, its value and what was expected
   */
  public Route {
    path = RoutePath.canonical(path);
    for (String method : methods) {
      if (Method.of(method) == null) {
        throw new IllegalArgumentException(
            "methods must be among " + List.of(Method.values()) + ", was \"" + method + "\"");
      }
    }
    methods = Set.copyOf(methods);
    if (credentials.isEmpty()) {
      throw new IllegalArgumentException("credentials must name at least one header, was empty");
    }
    credentials = Set.copyOf(credentials);
    Bounds.check("cost", cost, 0, COST_MAX);
    if (bodyBytesMax != null) {
      Bounds.check("body-bytes-max", bodyBytesMax, 0, BODY_BYTES_MAX);
    }
    if (quotaStatus != TOO_MANY_REQUESTS && quotaStatus != PAYMENT_REQUIRED) {
      throw new IllegalArgumentException("quota-status must be 429 or 402, was " + quotaStatus);
    }
    if (longLived.webSockets() && destination.protocol() == UpstreamProtocol.HTTP2) {
      throw new IllegalArgumentException(
          "websocket must not be true where protocol is http2, which has another way to open one");
    }
    if (!PRINCIPAL.matcher(principal).matches()) {
      throw new IllegalArgumentException(
          "principal must name an audience by 1 to "
              + PRINCIPAL_MAX
              + " printable ASCII characters, was \""
              + principal
              + '"');
    }
  }

  /** Makes a route to one target, whose requests cost a unit each. */
  public Route(
      String path,
      URI upstream,
      Scopes scopes,
      Set<String> methods,
      Set<CredentialHeader> credentials,
      boolean preflight,
      Timeouts timeouts) {
    this(
        path,
        Destination.of(upstream),
        scopes,
        methods,
        credentials,
        preflight,
        timeouts,
        COST,
        TOO_MANY_REQUESTS,
        "",
        LongLived.NONE,
        null);
  }

  /** Returns the same route at another cost. */
  public Route at(int newCost) {
    return new Route(
        path,
        destination,
        scopes,
        methods,
        credentials,
        preflight,
        timeouts,
        newCost,
        quotaStatus,
        principal,
        longLived,
        bodyBytesMax);
  }

  /** Returns the same route with signed principals for that audience. */
  public Route proving(String audience) {
    return new Route(
        path,
        destination,
        scopes,
        methods,
        credentials,
        preflight,
        timeouts,
        cost,
        quotaStatus,
        audience,
        longLived,
        bodyBytesMax);
  }

  /** Returns the same route for what goes on for long on those terms. */
  public Route with(LongLived terms) {
    return new Route(
        path,
        destination,
        scopes,
        methods,
        credentials,
        preflight,
        timeouts,
        cost,
        quotaStatus,
        principal,
        terms,
        bodyBytesMax);
  }

  /** Returns the same route with bodies of up to that length; 0 for any. */
  public Route taking(long newBodyBytesMax) {
    return new Route(
        path,
        destination,
        scopes,
        methods,
        credentials,
        preflight,
        timeouts,
        cost,
        quotaStatus,
        principal,
        longLived,
        newBodyBytesMax);
  }

  /** Returns the same route with deadlines of its own. */
  public Route within(Timeouts newTimeouts) {
    return new Route(
        path,
        destination,
        scopes,
        methods,
        credentials,
        preflight,
        newTimeouts,
        cost,
        quotaStatus,
        principal,
        longLived,
        bodyBytesMax);
  }

  /** Returns the same route to other targets. */
  public Route to(Destination newDestination) {
    return new Route(
        path,
        newDestination,
        scopes,
        methods,
        credentials,
        preflight,
        timeouts,
        cost,
        quotaStatus,
        principal,
        longLived,
        bodyBytesMax);
  }

  /** Returns the same route to targets that speak that. */
  public Route speaking(UpstreamProtocol protocol) {
    return to(destination.speaking(protocol));
  }

  /** Makes a route without pre-flights, with the proxy's own timeouts. */
  public Route(
      String path,
      URI upstream,
      Scopes scopes,
      Set<String> methods,
      Set<CredentialHeader> credentials) {
    this(path, upstream, scopes, methods, credentials, false, Timeouts.OF_PROXY);
  }

  /** Makes a route that takes every method and reads keys from both headers. */
  public static Route to(String path, String upstream) {
    return new Route(
        path, URI.create(upstream), Scopes.NONE, Set.of(), EnumSet.allOf(CredentialHeader.class));
  }

  /** Returns whether a request of that method is let through; null is one that never is. */
  public boolean allows(@Nullable Method method) {
    return method != null && (methods.isEmpty() || methods.contains(method.name()));
  }

  /** Returns the methods that are let through. */
  public Set<String> allowed() {
    return methods.isEmpty()
        ? Arrays.stream(Method.values()).map(Method::name).collect(Collectors.toSet())
        : methods;
  }
}
