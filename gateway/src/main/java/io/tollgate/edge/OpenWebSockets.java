package io.tollgate.edge;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.KeyId;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many WebSockets are open through the gateway, or about to be, in all and by key. Safe for all
 * threads.
 */
final class OpenWebSockets {
  private final WebSocketBounds bounds;
  private final int max;
  private final AtomicInteger all = new AtomicInteger();
  private final ConcurrentHashMap<KeyId, Integer> byKey = new ConcurrentHashMap<>();

  OpenWebSockets(WebSocketBounds bounds, MeterRegistry metrics) {
    this.bounds = bounds;
    max = Math.min(bounds.max(), OpenFiles.max() / 4);
    Gauge.builder("tollgate.edge.websockets", all, AtomicInteger::get)
        .description("WebSockets that are open, or whose handshake is under way")
        .register(metrics);
  }

  WebSocketBounds bounds() {
    return bounds;
  }

  /** Counts one more, to be given back by {@link #release}; or says why there can't be one. */
  @Nullable Refusal take(KeyId key) {
    if (all.incrementAndGet() > max) {
      all.decrementAndGet();
      return Refusal.WEBSOCKETS_OVERLOADED;
    }
    if (byKey.merge(key, 1, Integer::sum) > bounds.perKeyMax()) {
      release(key);
      return Refusal.WEBSOCKETS_PER_KEY;
    }
    return null;
  }

  void release(KeyId key) {
    all.decrementAndGet();
    byKey.computeIfPresent(key, (known, open) -> open == 1 ? null : open - 1);
  }
}
