package io.tollgate.edge;

import io.tollgate.key.KeyDigester;
import io.tollgate.key.Secret;
import io.tollgate.proxy.CredentialHeader;
import io.tollgate.proxy.Route;
import io.tollgate.wire.Field;
import io.tollgate.wire.RequestHead;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Finds the one key that a request presents, in the fields its route reads, and digests it.
 *
 * <p>A scratch pad, confined to the event loop that owns it: what {@link #extract} found counts
 * until the next call. A field that the route reads is a credential whatever it holds, so that
 * nothing that might be one ever goes upstream.
 */
final class Credentials {
  private static final String BEARER = "bearer ";

  private final KeyDigester digester = new KeyDigester();
  private int start;
  private int end;

  /** Returns why there is no key to verify, or null if there is one, now digested. */
  @Nullable Refusal extract(RequestHead head, Route route) {
    boolean readsAuthorization = route.credentials().contains(CredentialHeader.AUTHORIZATION);
    boolean readsApiKey = route.credentials().contains(CredentialHeader.X_API_KEY);
    int found = -1;
    for (int i = 0; i < head.fieldCount(); i++) {
      Field field = head.field(i);
      boolean read =
          field == Field.AUTHORIZATION
              ? readsAuthorization
              : field == Field.X_API_KEY && readsApiKey;
      if (read && found >= 0) {
        return Refusal.CREDENTIAL_AMBIGUOUS;
      }
      found = read ? i : found;
    }
    if (found < 0) {
      return Refusal.CREDENTIAL_MISSING;
    }
    start = head.valueStart(found);
    end = head.valueEnd(found);
    boolean bearer = head.field(found) != Field.AUTHORIZATION || skipScheme(head.bytes());
    return bearer && digest(head.bytes()) ? null : Refusal.KEY_INVALID;
  }

  /** What is not of our form may have been issued elsewhere: who identifies it knows. */
  private boolean digest(byte[] bytes) {
    return digester.digest(bytes, start, end) || digester.digestForeign(bytes, start, end);
  }

  /** Moves the start behind the scheme and its spaces; returns false if the scheme is another. */
  private boolean skipScheme(byte[] bytes) {
    if (end - start < BEARER.length()) {
      return false;
    }
    for (int i = 0; i < BEARER.length(); i++) {
      if (Character.toLowerCase((char) bytes[start + i]) != BEARER.charAt(i)) {
        return false;
      }
    }
    start += BEARER.length();
    while (start < end && bytes[start] == ' ') {
      start++;
    }
    return true;
  }

  KeyDigester digest() {
    return digester;
  }

  /** Copies the secret out of the head it was found in, for a look-up. */
  Secret secret(RequestHead head) {
    return new Secret(new String(head.bytes(), start, end - start, StandardCharsets.US_ASCII));
  }
}
