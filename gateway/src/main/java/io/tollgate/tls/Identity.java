package io.tollgate.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The files by which one side of a connection proves who it is. Immutable.
 *
 * @param certificate the chain in PEM, its own certificate first
 * @param key the key to it: PKCS #8 in PEM, not encrypted
 */
public record Identity(Path certificate, Path key) {
  /**
   * Returns what the two settings make together; null if neither is given.
   *
   * @param certificateSetting the setting's name, for the message
   * @throws IllegalArgumentException if but one of them is given
   */
  public static @Nullable Identity of(
      String certificateSetting,
      @Nullable Path certificate,
      String keySetting,
      @Nullable Path key) {
    if (certificate == null && key == null) {
      return null;
    }
    if (certificate == null || key == null) {
      throw new IllegalArgumentException(
          (certificate == null ? certificateSetting : keySetting)
              + " must name a file where "
              + (certificate == null ? keySetting : certificateSetting)
              + " does, was not given");
    }
    return new Identity(certificate, key);
  }
}
