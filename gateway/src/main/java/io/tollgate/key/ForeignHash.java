package io.tollgate.key;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A hash by which a secret that was issued elsewhere is known. Such a secret leads to an address
 * that is made of its hash and stands apart: no secret of ours and no record leads there, whatever
 * somebody names as a hash. Immutable.
 */
public enum ForeignHash {
  SHA256("sha256", "SHA-256", 32),
  SHA512("sha512", "SHA-512", 64);

  /** Neither a secret nor a record's name begins like this. */
  private static final String DOMAIN = "tollgate imported ";

  private final String text;
  private final String algorithm;
  private final int bytes;

  ForeignHash(String text, String algorithm, int bytes) {
    this.text = text;
    this.algorithm = algorithm;
    this.bytes = bytes;
  }

  /** Returns how requests and tables spell it. */
  public String text() {
    return text;
  }

  /** Returns how many bytes a hash has. */
  public int bytes() {
    return bytes;
  }

  /**
   * Returns the address of the secret that has this hash.
   *
   * @throws IllegalArgumentException if the hash is not of that many bytes
   */
  public KeyDigest address(byte[] hash) {
    if (hash.length != bytes) {
      throw new IllegalArgumentException(text + " has " + bytes + " bytes, was " + hash.length);
    }
    MessageDigest sha256 = digester("SHA-256");
    sha256.update((DOMAIN + text + '\n').getBytes(StandardCharsets.US_ASCII));
    return KeyDigest.fromBytes(sha256.digest(hash));
  }

  /** Returns the address of a secret. */
  public KeyDigest address(Secret secret) {
    byte[] all = secret.reveal().getBytes(StandardCharsets.UTF_8);
    return address(digester(algorithm).digest(all));
  }

  private static MessageDigest digester(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }
}
