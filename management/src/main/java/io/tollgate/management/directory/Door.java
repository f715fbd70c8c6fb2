package io.tollgate.management.directory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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
 * The door: whose token is it that a request shows? An address that shows made-up ones again and
 * again is not looked at for a while; but for tokens that were made here, since identity providers
 * send for many customers from one address, and so does a proxy. Safe for all virtual threads.
 */
final class Door {
  /** How many wrong tokens an address may show in {@link #WINDOW}. */
  static final int FAILURES_MAX = 30;

  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int KNOWN_MAX = 10_000;
  private static final String SCHEME = "Bearer ";

  /** Whose turn it is to look up tokens: those of one token, and all that are made up. */
  private static final String TURN = "door ";

  private final DirectoryTokens tokens;
  private final Turns turns;
  private final Cache<String, AtomicInteger> failures =
      Caffeine.newBuilder().expireAfterWrite(WINDOW).maximumSize(KNOWN_MAX).build();

  Door(DirectoryTokens tokens, Turns turns) {
    this.tokens = tokens;
    this.turns = turns;
  }

  /**
   * Returns what the request may go to; waits for the database.
   *
   * @throws ScimError a 401, whatever is wrong: who holds no token learns of no directory; a 429
   *     where too many come at once
   */
  DirectoryAccess open(RoutingContext exchange) {
    HttpServerRequest request = exchange.request();
    @Nullable String directoryId = exchange.pathParam("directory");
    String address = String.valueOf(request.remoteAddress().hostAddress());
    String token = token(request);
    boolean isGenuine = tokens.isGenuine(token);
    if (!isGenuine) {
      checkPatience(address);
    }
    if (directoryId == null || !WordId.isId("scimdir_", directoryId)) {
      throw closed();
    }
    // Not the directory's: others could fill it by asking for it with tokens of their own.
    String turn = TURN + (isGenuine ? DirectoryTokens.shown(token) : "");
    return turns.take(turn, () -> find(exchange, directoryId, token));
  }

  private DirectoryAccess find(RoutingContext exchange, String directoryId, String token) {
    Optional<DirectoryAccess> found =
        tokens.find(directoryId, token, Client.of(exchange.request()));
    if (found.isEmpty()) {
      // Whoever has pasted the wrong one will look into the log.
      String shown = DirectoryTokens.shown(token);
      tokens.connectionOf(directoryId).ifPresent(id -> Noted.of(exchange).refused(id, shown));
      throw closed();
    }
    return found.get();
  }

  /** Returns what is shown, empty where nothing is. */
  private static String token(HttpServerRequest request) {
    List<String> credentials = request.headers().getAll(HttpHeaders.AUTHORIZATION);
    if (credentials.size() != 1
        || !credentials.getFirst().regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return "";
    }
    return credentials.getFirst().substring(SCHEME.length()).strip();
  }

  private void checkPatience(String address) {
    AtomicInteger count = failures.get(address, absent -> new AtomicInteger());
    if (count.get() >= FAILURES_MAX) {
      throw ScimError.comeAgain(
          429, "Too many wrong tokens were shown from this address.", (int) WINDOW.toSeconds());
    }
    count.incrementAndGet();
  }

  /** Returns what is told whoever has no token, or none any more. */
  static ScimError closed() {
    return new ScimError(
        401,
        null,
        "The request must show a token of this directory, as a header Authorization: Bearer"
            + " <token>.");
  }
}
