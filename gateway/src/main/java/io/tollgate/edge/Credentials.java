package io.tollgate.edge;

import io.tollgate.key.KeyDigester;
import io.tollgate.key.Secret;
import io.tollgate.proxy.CredentialHeader;
import io.tollgate.proxy.Route;
import io.vertx.core.MultiMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the one key that a request presents, in the headers its route reads, and digests it.
 *
 * <p>A scratch pad, confined to the event loop that owns it: what {@link #extract} found counts
 * until the next call. A header that the route reads is a credential whatever it holds, so that
 * nothing that might be one ever goes upstream.
 */
final class Credentials implements BiConsumer<String, String> {
  private static final String BEARER = "bearer ";

  private final KeyDigester digester = new KeyDigester();
  private boolean readsAuthorization;
  private boolean readsApiKey;
  private int found;
  private String value = "";
  private int start;

  /**
   * Reads and digests the key.
   *
   * @return null if there is exactly one and it is well-formed, else what to answer
   */
  @Nullable Refusal extract(MultiMap headers, Route route) {
    readsAuthorization = route.credentials().contains(CredentialHeader.AUTHORIZATION);
    readsApiKey = route.credentials().contains(CredentialHeader.X_API_KEY);
    found = 0;
    // One pass over all headers: it sees doubles too, and unlike getAll it allocates nothing.
    headers.forEach(this);
    if (found == 0) {
      return Refusal.CREDENTIAL_MISSING;
    }
    if (found > 1) {
      return Refusal.CREDENTIAL_AMBIGUOUS;
    }
    return start >= 0 && digester.digest(value, start) ? null : Refusal.KEY_INVALID;
  }

  /** Takes one header of the request; called by {@link #extract} alone. */
  @Override
  public void accept(String name, String header) {
    if (readsAuthorization && is(name, CredentialHeader.AUTHORIZATION)) {
      take(header, afterScheme(header));
    } else if (readsApiKey && is(name, CredentialHeader.X_API_KEY)) {
      take(header, 0);
    }
  }

  private void take(String header, int secretStart) {
    found++;
    value = header;
    start = secretStart;
  }

  private static boolean is(String name, CredentialHeader header) {
    return header.headerName().equalsIgnoreCase(name);
  }

  /** Returns where the token starts, or -1 if the scheme is another. */
  private static int afterScheme(String authorization) {
    if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return -1;
    }
    int token = BEARER.length();
    while (token < authorization.length() && authorization.charAt(token) == ' ') {
      token++;
    }
    return token;
  }

  KeyDigester digest() {
    return digester;
  }

  /** Copies the secret out of the pad, for a look-up. */
  Secret secret() {
    return new Secret(value.substring(start));
  }
}
