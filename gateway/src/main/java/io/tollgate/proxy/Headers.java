package io.tollgate.proxy;

import io.vertx.core.MultiMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Rebuilds headers, both ways: what may pass is copied, nothing is passed through. */
final class Headers {
  private Headers() {}

  /** Copies what the client sent, less what ends here, the credentials and the edge's own names. */
  static void copyRequest(MultiMap from, MultiMap to, Route route) {
    Set<String> nominated = HeaderNames.nominated(from);
    for (Map.Entry<String, String> header : from) {
      String folded = HeaderNames.fold(header.getKey());
      boolean passes =
          !HeaderNames.isHopByHop(folded)
              && !folded.equals("host")
              && !HeaderNames.isOrigin(folded)
              && !HeaderNames.isOurs(folded)
              && !route.reads(folded)
              && !nominated.contains(header.getKey().toLowerCase(Locale.ROOT));
      if (passes) {
        to.add(header.getKey(), header.getValue());
      }
    }
  }

  /** Copies what the upstream answered, less what ends here and the edge's own names. */
  static void copyResponse(MultiMap from, MultiMap to) {
    Set<String> nominated = HeaderNames.nominated(from);
    for (Map.Entry<String, String> header : from) {
      String lower = header.getKey().toLowerCase(Locale.ROOT);
      boolean passes =
          !HeaderNames.isHopByHop(lower)
              && !HeaderNames.isOurs(HeaderNames.fold(lower))
              && !nominated.contains(lower);
      if (passes) {
        to.add(header.getKey(), header.getValue());
      }
    }
  }
}
