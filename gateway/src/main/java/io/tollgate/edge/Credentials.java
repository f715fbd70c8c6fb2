package io.tollgate.edge;

import io.tollgate.key.KeyDigester;
import io.tollgate.key.Secret;
import io.tollgate.proxy.CredentialHeader;
import io.tollgate.proxy.Route;
import io.vertx.core.MultiMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the one key that a request presents, in the headers its route reads, and digests it.
 *
 * <p>A scratch pad, confined to the event loop that owns it: what {@link #extract} found counts
 * until the next call. A header that the route reads is a credential whatever it holds, so that
 * nothing that might be one ever goes upstream.
 */
final class Credentials {
  private static final String BEARER = "bearer ";

  private final KeyDigester digester = new KeyDigester();
  private String value = "";
  private int start;

  /**
   * Reads and digests the key.
   *
   * @return null if there is exactly one and it is well-formed, else what to answer
   */
  @Nullable Refusal extract(MultiMap headers, Route route) {
    int found = 0;
    for (CredentialHeader header : CredentialHeader.values()) {
      if (route.credentials().contains(header)) {
        found += count(headers, header);
      }
    }
    if (found == 0) {
      return Refusal.CREDENTIAL_MISSING;
    }
    if (found > 1) {
      return Refusal.CREDENTIAL_AMBIGUOUS;
    }
    return start >= 0 && digester.digest(value, start) ? null : Refusal.KEY_INVALID;
  }

  private int count(MultiMap headers, CredentialHeader header) {
    String first = headers.get(header.headerName());
    if (first == null) {
      return 0;
    }
    value = first;
    start = header == CredentialHeader.AUTHORIZATION ? afterScheme(first) : 0;
    List<String> all = headers.getAll(header.headerName());
    return all.size();
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
