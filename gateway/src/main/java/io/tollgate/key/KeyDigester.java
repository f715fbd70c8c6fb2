package io.tollgate.key;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Digests one secret after another without allocating: a scratch pad for the hot path.
 *
 * <p>Confined to the event loop that owns it. What {@link #digest} computed stays readable through
 * {@link #a} to {@link #d} until the next call.
 */
public final class KeyDigester {
  private final MessageDigest sha256;
  private final byte[] bytes = new byte[KeyDigest.BYTES];
  private long a;
  private long b;
  private long c;
  private long d;

  public KeyDigester() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * Digests the secret that stands in {@code text} from {@code start} to {@code end}.
   *
   * @return false, having computed nothing, if that is not shaped like a secret
   */
  public boolean digest(byte[] text, int start, int end) {
    if (!KeyFormat.isWellFormed(text, start, end)) {
      return false;
    }
    compute(text, start, end);
    return true;
  }

  /**
   * Digests one that may have been issued elsewhere.
   *
   * @return false, having computed nothing, if it can't be
   */
  public boolean digestForeign(byte[] text, int start, int end) {
    if (!ForeignForm.fits(text, start, end)) {
      return false;
    }
    compute(text, start, end);
    return true;
  }

  private void compute(byte[] text, int start, int end) {
    sha256.update(text, start, end - start);
    try {
      sha256.digest(bytes, 0, bytes.length);
    } catch (DigestException e) {
      throw new IllegalStateException("the buffer has the digest's length", e);
    }
    a = KeyDigest.word(bytes, 0);
    b = KeyDigest.word(bytes, 1);
    c = KeyDigest.word(bytes, 2);
    d = KeyDigest.word(bytes, 3);
  }

  public long a() {
    return a;
  }

  public long b() {
    return b;
  }

  public long c() {
    return c;
  }

  public long d() {
    return d;
  }

  /** Copies the pad's digest out of it, for a look-up that outlives the call. */
  public KeyDigest copy() {
    return new KeyDigest(a, b, c, d);
  }
}
