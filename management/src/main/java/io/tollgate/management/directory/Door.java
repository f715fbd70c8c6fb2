package io.tollgate.management.directory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.Secret;
import io.tollgate.management.connection.DirectoryAccess;
import io.tollgate.management.connection.DirectoryTokens;
import io.tollgate.management.object.WordId;
import io.tollgate.management.scim.ScimError;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The door: whose token is it that a request shows? An address that shows wrong ones again and
 * again is not looked at for a while; but for tokens that were right just before, since identity
 * providers send for many customers from one address. Safe for all threads.
 */
final class Door {
  /** How many wrong tokens an address may show in {@link #WINDOW}. */
  static final int FAILURES_MAX = 30;

  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final Duration MEMORY = Duration.ofMinutes(10);
  private static final int KNOWN_MAX = 10_000;
  private static final String SCHEME = "Bearer ";

  private final DirectoryTokens tokens;
  private final Cache<String, AtomicInteger> failures =
      Caffeine.newBuilder().expireAfterWrite(WINDOW).maximumSize(KNOWN_MAX).build();
  private final Cache<Shown, Boolean> right =
      Caffeine.newBuilder().expireAfterWrite(MEMORY).maximumSize(KNOWN_MAX).build();

  private record Shown(String directoryId, KeyDigest digest) {}

  Door(DirectoryTokens tokens) {
    this.tokens = tokens;
  }

  /**
   * Returns what the request may go to; waits for the database.
   *
   * @throws ScimError a 401, whatever is wrong: who holds no token learns of no directory
   */
  DirectoryAccess open(RoutingContext exchange) {
    HttpServerRequest request = exchange.request();
    @Nullable String directoryId = exchange.pathParam("directory");
    String address = String.valueOf(request.remoteAddress().hostAddress());
    @Nullable String token = token(request);
    if (directoryId == null || !WordId.isId("scimdir_", directoryId)) {
      throw refused(address);
    }
    if (token == null) {
      throw refusedAt(directoryId, "", exchange, address);
    }
    var shown = new Shown(directoryId, KeyDigest.of(new Secret(token)));
    if (isTiresome(address) && right.getIfPresent(shown) == null) {
      throw tiresome();
    }
    Optional<DirectoryAccess> found = tokens.find(directoryId, token);
    if (found.isEmpty()) {
      right.invalidate(shown);
      throw refusedAt(directoryId, token, exchange, address);
    }
    right.put(shown, true);
    return found.get();
  }

  /** Notes whose log is to tell of it: whoever has pasted the wrong token will look there. */
  private ScimError refusedAt(
      String directoryId, String token, RoutingContext exchange, String address) {
    ScimError refusal = refused(address);
    if (refusal.status() == 401) {
      tokens
          .connectionOf(directoryId)
          .ifPresent(id -> Noted.of(exchange).refused(id, DirectoryTokens.shown(token)));
    }
    return refusal;
  }

  private static @Nullable String token(HttpServerRequest request) {
    List<String> credentials = request.headers().getAll(HttpHeaders.AUTHORIZATION);
    if (credentials.size() != 1
        || !credentials.getFirst().regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return null;
    }
    String token = credentials.getFirst().substring(SCHEME.length()).strip();
    return token.isEmpty() ? null : token;
  }

  private boolean isTiresome(String address) {
    @Nullable AtomicInteger count = failures.getIfPresent(address);
    return count != null && count.get() >= FAILURES_MAX;
  }

  private ScimError refused(String address) {
    if (isTiresome(address)) {
      return tiresome();
    }
    failures.get(address, absent -> new AtomicInteger()).incrementAndGet();
    return new ScimError(
        401,
        null,
        "The request must show a token of this directory, as a header Authorization: Bearer"
            + " <token>.");
  }

  private static ScimError tiresome() {
    return ScimError.comeAgain(
        429, "Too many wrong tokens were shown from this address.", (int) WINDOW.toSeconds());
  }
}
