package io.tollgate.key;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The deployment's secret that lives in neither store: whoever holds both stores but no pepper can
 * neither make a key nor write a Redis document that the edge believes.
 *
 * <p>It is a list. New tags and documents are written under the first; those of the retired ones
 * still count until they are taken off the list. Each purpose derives a key of its own from each
 * pepper, so that a tag can never serve as a document's MAC. Immutable and safe for all threads.
 */
public final class Pepper {
  /** The shortest text taken as a pepper, in characters. */
  public static final int LENGTH_MIN = 32;

  private static final String ALGORITHM = "HmacSHA256";

  private final List<Secret> newestFirst;

  /**
   * Takes the peppers in use.
   *
   * @throws IllegalArgumentException if the list is empty or one of them is shorter than {@link
   *     #LENGTH_MIN}
   */
  public Pepper(List<Secret> newestFirst) {
    if (newestFirst.isEmpty()) {
      throw new IllegalArgumentException("pepper must name at least one secret, was empty");
    }
    for (Secret pepper : newestFirst) {
      int length = pepper.reveal().length();
      if (length < LENGTH_MIN) {
        throw new IllegalArgumentException(
            "pepper must have at least " + LENGTH_MIN + " characters, had " + length);
      }
    }
    this.newestFirst = List.copyOf(newestFirst);
  }

  /** Returns the authenticator for one purpose, for example {@code "document"}. */
  public Authenticator authenticator(String purpose) {
    List<SecretKeySpec> keys = new ArrayList<>();
    for (Secret pepper : newestFirst) {
      var root = new SecretKeySpec(pepper.reveal().getBytes(StandardCharsets.UTF_8), ALGORITHM);
      byte[] derived = hmac(root, ("tollgate/" + purpose).getBytes(StandardCharsets.UTF_8));
      keys.add(new SecretKeySpec(derived, ALGORITHM));
    }
    return new Authenticator(List.copyOf(keys));
  }

  private static byte[] hmac(SecretKeySpec key, byte[] message) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(message);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  @Override
  public String toString() {
    return "Pepper[" + newestFirst.size() + "]";
  }

  /** Makes and checks HMAC-SHA256 codes for one purpose. Immutable and safe for all threads. */
  public static final class Authenticator {
    private final List<SecretKeySpec> newestFirst;

    private Authenticator(List<SecretKeySpec> newestFirst) {
      this.newestFirst = newestFirst;
    }

    /** Returns the 32-byte code of the message under the newest pepper. */
    public byte[] code(byte[] message) {
      return hmac(newestFirst.get(0), message);
    }

    /** Returns the message's codes under all peppers of the list, newest first. */
    public List<byte[]> codes(byte[] message) {
      return newestFirst.stream().map(key -> hmac(key, message)).toList();
    }

    /** Returns whether the message's code under any pepper of the list is the expected one. */
    public boolean verifies(byte[] message, Predicate<byte[]> expected) {
      for (SecretKeySpec key : newestFirst) {
        if (expected.test(hmac(key, message))) {
          return true;
        }
      }
      return false;
    }
  }
}
