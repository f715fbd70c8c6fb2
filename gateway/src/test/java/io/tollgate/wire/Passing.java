package io.tollgate.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which fields of a head go on, written down once more in another way: by text, line by line. What
 * {@link Rebuild} copies must come out alike.
 */
final class Passing {
  /** By folded name: neither they nor their aliases go on. */
  private static final Set<String> NEVER =
      Set.of(
          "client-cert",
          "client-cert-chain",
          "connection",
          "content-length",
          "expect",
          "host",
          "http2-settings",
          "keep-alive",
          "proxy",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "sec-websocket-accept",
          "sec-websocket-extensions",
          "sec-websocket-key",
          "sec-websocket-protocol",
          "sec-websocket-version",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "forwarded",
          "true-client-ip",
          "x-client-ip",
          "x-cluster-client-ip",
          "x-real-ip",
          "x-http-method",
          "x-http-method-override",
          "x-method-override",
          "x-original-url",
          "x-rewrite-url");

  /** By folded name: they go on in their own spelling alone. */
  private static final Set<String> UNALIASED =
      Set.of(
          "authorization",
          "x-api-key",
          "content-type",
          "origin",
          "access-control-request-method",
          "traceparent",
          "tracestate");

  private static final Pattern TRACE =
      Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");
  private static final Pattern RESERVED = Pattern.compile("(tollgate|x-forwarded)(-.*)?");

  /** Returns a value without the spaces around it. */
  static String unspaced(String value) {
    // Up to the very end: a dollar would also match before a last NEL, which is part of a value.
    return value.replaceAll("^[ \t]+|[ \t]+\\z", "");
  }

  private record Line(String name, String value) {
    static Line of(String line) {
      int colon = line.indexOf(':');
      return new Line(line.substring(0, colon), unspaced(line.substring(colon + 1)));
    }

    String lower() {
      return name.toLowerCase(Locale.ROOT);
    }

    String folded() {
      return lower().replaceAll("[^a-z0-9]", "-");
    }

    boolean passes() {
      boolean alias = UNALIASED.contains(folded()) && !folded().equals(lower());
      return !alias && !NEVER.contains(folded()) && !RESERVED.matcher(folded()).matches();
    }

    @Override
    public String toString() {
      return name + ": " + value;
    }
  }

  private Passing() {}

  /** Lists what goes on of a well-formed request whose route reads these, in lower case. */
  static List<String> ofRequest(String head, Set<String> credentials) {
    List<Line> lines = lines(head);
    List<String> parents =
        lines.stream().filter(l -> l.lower().equals("traceparent")).map(Line::value).toList();
    boolean traced = parents.size() == 1 && TRACE.matcher(parents.get(0)).matches();
    Set<String> dropped = traced ? credentials : with(credentials, "traceparent", "tracestate");
    return passing(lines, dropped);
  }

  /** Lists what goes on of a well-formed response. */
  static List<String> ofResponse(String head) {
    return passing(lines(head), Set.of());
  }

  private static Set<String> with(Set<String> names, String... more) {
    return Set.copyOf(Stream.concat(names.stream(), Stream.of(more)).toList());
  }

  private static List<Line> lines(String head) {
    List<String> lines = new ArrayList<>(List.of(head.split("\r\n")));
    lines.subList(0, head.startsWith("\r\n") ? 2 : 1).clear();
    return lines.stream().map(Line::of).toList();
  }

  private static List<String> passing(List<Line> lines, Set<String> dropped) {
    List<String> nominated =
        lines.stream()
            .filter(line -> line.lower().equals("connection"))
            .flatMap(line -> Stream.of(line.value().toLowerCase(Locale.ROOT).split("[, \t]+")))
            // These are said of the connection itself, and name no field.
            .filter(option -> !option.equals("close") && !option.equals("keep-alive"))
            .toList();
    return lines.stream()
        .filter(Line::passes)
        .filter(line -> !dropped.contains(line.lower()) && !nominated.contains(line.lower()))
        .map(Line::toString)
        .toList();
  }
}
