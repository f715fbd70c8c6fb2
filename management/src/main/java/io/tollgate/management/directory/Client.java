package io.tollgate.management.directory;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What kind of identity provider asks, as far as it says so. */
final class Client {
  private Client() {}

  static String of(HttpServerRequest request) {
    @Nullable String agent = request.getHeader(HttpHeaders.USER_AGENT);
    String known = agent == null ? "" : agent.toLowerCase(Locale.ROOT);
    if (known.contains("okta")) {
      return "okta";
    }
    return known.contains("azure") || known.contains("microsoft") || known.contains("entra")
        ? "entra"
        : "other";
  }
}
