package io.tollgate.management.key;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.key.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The key that secrets are sealed under where the deployment wants them shown again: AES-256-GCM,
 * for one key's id and one digest, so that a sealed secret opens in its own row alone.
 *
 * <p>It lives in neither store and shows itself nowhere. Immutable and safe for all threads.
 */
public final class RecoveryKey {
  private static final int BYTES = 32;
  private static final int FINGERPRINT_BYTES = 8;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BYTES = 16;
  private static final int BITS_OF_BYTE = 8;
  private static final String MAC = "HmacSHA256";

  private final SecretKeySpec key;
  private final byte[] fingerprint;

  /**
   * Reads a key.
   *
   * @throws IllegalArgumentException if it is not 32 bytes; does not show what it is
   */
  public RecoveryKey(Secret text) {
    byte[] bytes = BytesText.decode(text.reveal(), BYTES);
    if (bytes == null) {
      throw new IllegalArgumentException(
          "management.recovery-key must be "
              + BYTES
              + " bytes in hexadecimal (64 digits) or base64 (44 characters), was something else"
              + " of "
              + text.reveal().length()
              + " characters");
    }
    key = new SecretKeySpec(bytes, "AES");
    fingerprint = fingerprint(bytes);
  }

  private static byte[] fingerprint(byte[] key) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(key, MAC));
      byte[] code = mac.doFinal("tollgate/recovery-key".getBytes(StandardCharsets.UTF_8));
      return Arrays.copyOf(code, FINGERPRINT_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + MAC, e);
    }
  }

  /** Seals a secret: fingerprint, nonce, ciphertext with its tag. */
  byte[] seal(KeyId id, Secret secret, RandomGenerator random) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, id, KeyDigest.of(secret));
      byte[] sealed = cipher.doFinal(secret.reveal().getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.allocate(FINGERPRINT_BYTES + NONCE_BYTES + sealed.length)
          .put(fingerprint)
          .put(nonce)
          .put(sealed)
          .array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES-GCM", e);
    }
  }

  /** Returns the secret, or null if it was not sealed by this key, for this key id and digest. */
  @Nullable Secret open(KeyId id, KeyDigest digest, byte[] sealed) {
    int start = FINGERPRINT_BYTES + NONCE_BYTES;
    if (sealed.length < start + TAG_BYTES
        || !MessageDigest.isEqual(fingerprint, Arrays.copyOf(sealed, FINGERPRINT_BYTES))) {
      return null;
    }
    byte[] nonce = Arrays.copyOfRange(sealed, FINGERPRINT_BYTES, start);
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, nonce, id, digest);
      byte[] text = cipher.doFinal(sealed, start, sealed.length - start);
      return new Secret(new String(text, StandardCharsets.UTF_8));
    } catch (GeneralSecurityException altered) {
      return null;
    }
  }

  private Cipher cipher(int mode, byte[] nonce, KeyId id, KeyDigest digest)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * BITS_OF_BYTE, nonce));
    cipher.updateAAD(id.toString().getBytes(StandardCharsets.UTF_8));
    cipher.updateAAD(digest.toBytes());
    return cipher;
  }

  @Override
  public String toString() {
    return "RecoveryKey";
  }
}
