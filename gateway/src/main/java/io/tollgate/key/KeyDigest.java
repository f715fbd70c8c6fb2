package io.tollgate.key;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The SHA-256 of a whole secret: the only form in which a secret is ever kept, and the address of
 * its key.
 *
 * <p>A plain hash is enough, since a secret carries 190 random bits: there is no dictionary to try,
 * and a slow hash would only be a lever for whoever floods the edge. Immutable.
 */
public record KeyDigest(long a, long b, long c, long d) {
  static final int BYTES = 32;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** Digests a secret; allocates, so the edge's hot path uses {@link KeyDigester} instead. */
  public static KeyDigest of(Secret secret) {
    try {
      return fromBytes(
          MessageDigest.getInstance("SHA-256")
              .digest(secret.reveal().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * Reads the 32 bytes that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if there are not exactly 32
   */
  public static KeyDigest fromBytes(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a digest has 32 bytes, was " + bytes.length);
    }
    return new KeyDigest(word(bytes, 0), word(bytes, 1), word(bytes, 2), word(bytes, 3));
  }

  static long word(byte[] bytes, int index) {
    return (long) LONGS.get(bytes, index * Long.BYTES);
  }

  public byte[] toBytes() {
    byte[] bytes = new byte[BYTES];
    LONGS.set(bytes, 0, a);
    LONGS.set(bytes, Long.BYTES, b);
    LONGS.set(bytes, 2 * Long.BYTES, c);
    LONGS.set(bytes, 3 * Long.BYTES, d);
    return bytes;
  }

  /** Returns the digest as 43 characters of unpadded base64url, as Redis names spell it. */
  public String toBase64() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(toBytes());
  }

  /** Says nothing of the digest: with a stolen store beside it, even a digest identifies a key. */
  @Override
  public String toString() {
    return "KeyDigest";
  }
}
