package io.tollgate.proxy;

import io.vertx.core.http.HttpClientAgent;

/**
 * One upstream of one event loop: its connections, and how many exchanges are under way on them.
 *
 * <p>Confined to the event loop that owns it.
 */
final class Upstream {
  private final HttpClientAgent client;
  private int underWay;
  private boolean retired;

  Upstream(HttpClientAgent client) {
    this.client = client;
  }

  /** Takes the client for one exchange, which must {@link #release} it. */
  HttpClientAgent acquire() {
    underWay++;
    return client;
  }

  void release() {
    underWay--;
    closeIfUnused();
  }

  /** No route names it any more: it closes when the last exchange has ended, however long. */
  void retire() {
    retired = true;
    closeIfUnused();
  }

  private void closeIfUnused() {
    if (retired && underWay == 0) {
      client.close();
    }
  }
}
