package io.tollgate.management.wire;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A page for people: made when it is first asked for, and kept. Safe for all virtual threads. */
final class Page implements Handler<RoutingContext> {
  /** All comes from this service, and nobody else's page may show it in a frame. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
          + " img-src 'self' data:; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final String contentType;
  private final Supplier<Buffer> content;
  private volatile @Nullable Buffer made;

  Page(String contentType, Supplier<Buffer> content) {
    this.contentType = contentType;
    this.content = content;
  }

  /** Binds what a browser may do with a page. */
  static void bound(RoutingContext exchange) {
    exchange
        .response()
        .putHeader("Content-Security-Policy", POLICY)
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "no-referrer")
        // After an update the page must not be the old one.
        .putHeader("Cache-Control", "no-cache");
    exchange.next();
  }

  @Override
  public void handle(RoutingContext exchange) {
    @Nullable Buffer body = made;
    if (body == null) {
      // Made twice where two ask at once, and the same.
      body = content.get();
      made = body;
    }
    Endpoints.answer(exchange, contentType, body);
  }
}
