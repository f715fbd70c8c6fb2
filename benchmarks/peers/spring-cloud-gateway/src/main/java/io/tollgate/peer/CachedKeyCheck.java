package io.tollgate.peer;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Lets a request pass whose {@code X-API-Key} is known, the key taken off and its id put on.
 *
 * <p>What was found is remembered for a minute, by the raw key: cheaper than what Tollgate does,
 * which digests each key and asks again after a second.
 */
final class CachedKeyCheck implements GlobalFilter, Ordered {
  private static final String KEY = "X-API-Key";
  private static final String ID = "Tollgate-Key-Id";
  private static final long LIFETIME_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int ENTRIES_MAX = 100_000;

  private record Entry(String id, long foundNanos) {}

  private final KeyStore keys;
  private final Map<String, Entry> cache = new ConcurrentHashMap<>();

  CachedKeyCheck(KeyStore keys) {
    this.keys = keys;
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    String key = exchange.getRequest().getHeaders().getFirst(KEY);
    if (key == null) {
      return refuse(exchange);
    }
    Entry known = cache.get(key);
    if (known != null && System.nanoTime() - known.foundNanos < LIFETIME_NANOS) {
      return pass(exchange, chain, known.id);
    }
    return keys.find(key)
        .map(id -> remember(key, id))
        .defaultIfEmpty("")
        .flatMap(id -> id.isEmpty() ? refuse(exchange) : pass(exchange, chain, id));
  }

  private String remember(String key, String id) {
    if (cache.size() < ENTRIES_MAX) {
      cache.put(key, new Entry(id, System.nanoTime()));
    }
    return id;
  }

  private static Mono<Void> pass(ServerWebExchange exchange, GatewayFilterChain chain, String id) {
    return chain.filter(
        exchange
            .mutate()
            .request(
                request ->
                    request.headers(
                        headers -> {
                          headers.remove(KEY);
                          headers.set(ID, id);
                        }))
            .build());
  }

  private static Mono<Void> refuse(ServerWebExchange exchange) {
    exchange.getResponse().setStatusCode(HttpStatus.UNAUTHORIZED);
    return exchange.getResponse().setComplete();
  }
}
