package io.tollgate.proxy;

import io.tollgate.wire.Target;
import java.net.URI;
import java.util.HashSet;
import java.util.List;

/**
 * Where a route's requests go: to one of several targets that serve the same. Immutable.
 *
 * @param urls of the targets, {@code http[s]://host[:port][/base]}: 1 to {@value #URLS_MAX}, none
 *     twice, and alike but for host and port, so that a request means the same wherever it goes
 * @param check the path by which each is asked every now and then whether it serves; empty for none
 * @param protocol what all of them speak
 */
public record Destination(List<URI> urls, String check, UpstreamProtocol protocol) {
  public static final int URLS_MAX = 64;
  static final String NO_CHECK = "";

  /**
   * Checks the URLs.
   *
   * @throws IllegalArgumentException that names the field, its value and what was expected
   */
  public Destination {
    if (urls.isEmpty() || urls.size() > URLS_MAX) {
      throw new IllegalArgumentException(
          "upstream must be 1 to " + URLS_MAX + " URLs, were " + urls.size());
    }
    urls = urls.stream().map(UpstreamAddress::check).toList();
    URI first = urls.get(0);
    var places = new HashSet<String>();
    for (URI url : urls) {
      if (!url.getScheme().equals(first.getScheme())
          || !UpstreamAddress.base(url).equals(UpstreamAddress.base(first))) {
        throw new IllegalArgumentException(
            "upstream must be of URLs alike but for host and port, were " + first + " and " + url);
      }
      if (!places.add(UpstreamAddress.place(url))) {
        throw new IllegalArgumentException("upstream must name each target once, was twice " + url);
      }
    }
    if (!check.isEmpty() && Target.parse(check) == null) {
      throw new IllegalArgumentException(
          "check must be a path such as /health without dot or empty segments, was \""
              + check
              + '"');
    }
  }

  /** Makes one whose targets speak HTTP/1.1. */
  public Destination(List<URI> urls, String check) {
    this(urls, check, UpstreamProtocol.HTTP1);
  }

  /** Returns the same targets, which speak that. */
  Destination speaking(UpstreamProtocol newProtocol) {
    return new Destination(urls, check, newProtocol);
  }

  /** Makes one with a single target, which is not asked. */
  public static Destination of(URI url) {
    return new Destination(List.of(url), NO_CHECK);
  }

  /** Returns the first of its targets' URLs; the others differ by host and port alone. */
  public URI first() {
    return urls.get(0);
  }
}
