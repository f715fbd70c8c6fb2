package io.tollgate.management.wire;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.Secret;
import io.tollgate.ring.Access;
import io.tollgate.ring.Denial;
import io.tollgate.ring.Verdict;
import io.tollgate.ring.Verifier;
import io.tollgate.store.StoreUnreachable;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The door: who is it that shows a secret key? The key that the deployment was started with is
 * known here; the others are known as API keys are, from the verifier's ring first, so that one
 * that is revoked opens nothing anywhere. Asked on an event loop, so it never waits; safe for all
 * threads.
 */
public final class Authentication {
  private static final String SCHEME = "Bearer ";

  private final Secret root;
  private final KeyFormat format;
  private final Verifier verifier;

  /**
   * Makes the door.
   *
   * @param root the secret key that the deployment was started with
   * @param format of all other secret keys
   */
  public Authentication(Secret root, KeyFormat format, Verifier verifier) {
    this.root = root;
    this.format = format;
    this.verifier = verifier;
  }

  /**
   * Returns who asks.
   *
   * @return failed with an {@link ApiError}, or with {@link StoreUnreachable} where no store can
   *     tell; completes at once where none need be asked, else on any thread
   */
  public Future<Actor> actor(MultiMap headers) {
    try {
      Secret shown = secret(headers);
      return root.matches(shown.reveal()) ? Future.succeededFuture(Actor.ROOT) : find(shown);
    } catch (ApiError refusal) {
      return Future.failedFuture(refusal);
    }
  }

  private static Secret secret(MultiMap headers) {
    List<String> credentials = headers.getAll(HttpHeaders.AUTHORIZATION);
    if (credentials.isEmpty()) {
      throw refusal("authentication_invalid", "The request names no secret key; " + expected());
    }
    String credential = credentials.get(0);
    if (credentials.size() > 1 || !credential.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw refusal(
          "authorization_header_format_invalid", "The header is not of that form; " + expected());
    }
    return new Secret(credential.substring(SCHEME.length()).strip());
  }

  private Future<Actor> find(Secret shown) {
    // A made-up key dies by its tag: it costs the stores nothing.
    if (!format.isGenuine(shown)) {
      return Future.failedFuture(unknown());
    }
    KeyDigest digest = KeyDigest.of(shown);
    @Nullable Verdict known = verifier.known(digest);
    return known == null ? verifier.lookUp(digest).compose(Authentication::judge) : judge(known);
  }

  private static Future<Actor> judge(Verdict verdict) {
    if (verdict instanceof Access access) {
      return Future.succeededFuture(Actor.of(access));
    }
    boolean isKnown = verdict == Denial.KEY_INVALID || !(verdict instanceof Denial);
    return Future.failedFuture(
        isKnown ? unknown() : new StoreUnreachable("no store can tell of a secret key"));
  }

  private static String expected() {
    return "expected was one header Authorization: Bearer <secret key>.";
  }

  private static ApiError unknown() {
    return refusal("clerk_key_invalid", "The secret key is not this instance's.");
  }

  private static ApiError refusal(String code, String detail) {
    return new ApiError(401, code, "Invalid authentication", detail);
  }
}
