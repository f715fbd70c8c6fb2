package io.tollgate.proxy;

import io.tollgate.wire.Host;
import io.tollgate.wire.Target;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The checks that an upstream's URL must pass, and its parts with defaults filled in. */
final class UpstreamAddress {
  private UpstreamAddress() {}

  static URI check(URI url) {
    String scheme = url.getScheme();
    if (!"http".equals(scheme) && !"https".equals(scheme)) {
      throw refused("must start with http:// or https://", url);
    }
    if (url.getHost() == null) {
      throw refused("must name a host", url);
    }
    if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
      throw refused("must hold no user, query or fragment", url);
    }
    if (url.getPort() == 0 || url.getPort() > 65_535) {
      throw refused("must name a port of 1 to 65535", url);
    }
    // It becomes the Host of requests, ours among them, and so has to be one that we would take.
    if (!Host.isHost(url.getRawAuthority())) {
      throw refused(
          "must name a host of at most 255 characters, as an address without a zone, and a port"
              + " behind each colon",
          url);
    }
    @Nullable String base = url.getRawPath();
    if (base != null && !base.isEmpty() && Target.parse(base) == null) {
      throw refused("must have a base path without dot or empty segments", url);
    }
    return url;
  }

  private static IllegalArgumentException refused(String expected, URI url) {
    // A password that stands where none belongs must not reach the operator's terminal either.
    String shown = url.getRawUserInfo() == null ? url.toString() : "(one with a user part)";
    return new IllegalArgumentException("upstream " + expected + ", was " + shown);
  }

  static boolean isTls(URI url) {
    return "https".equals(url.getScheme());
  }

  static int port(URI url) {
    if (url.getPort() != -1) {
      return url.getPort();
    }
    return isTls(url) ? 443 : 80;
  }

  /** Returns host and port, as metrics name a target. */
  static String place(URI url) {
    return url.getHost().toLowerCase(Locale.ROOT) + ':' + port(url);
  }

  /** Returns the host; an IPv6 address stands in brackets in a URL and without them elsewhere. */
  static String host(URI url) {
    String host = url.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** Returns what is put before a request's path: empty, or a path without a slash at its end. */
  static String base(URI url) {
    @Nullable String path = url.getRawPath();
    if (path == null || path.isEmpty() || path.equals("/")) {
      return "";
    }
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }
}
