package io.tollgate.key;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A text that must never be seen: a key's secret, the instance's secret key, a pepper.
 *
 * <p>Its {@link #toString} is a mask, so that logs, errors and dumps of records stay clean by type.
 * Immutable and safe for all threads.
 */
public final class Secret {
  private static final String MASK = "******";

  private final String text;

  public Secret(String text) {
    this.text = text;
  }

  /** Returns the text itself; the caller must not let it reach a log, an error or a store. */
  public String reveal() {
    return text;
  }

  /** Compares in a time that does not depend on where the two texts first differ. */
  public boolean matches(String candidate) {
    return MessageDigest.isEqual(
        text.getBytes(StandardCharsets.UTF_8), candidate.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Secret that && matches(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return MASK;
  }
}
