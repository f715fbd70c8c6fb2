package io.tollgate.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the files of one side held when they were read; empty where none is named. Immutable. */
final class TlsFiles {
  private static final int BYTES_MAX = 1024 * 1024;
  private static final byte[] NOTHING = new byte[0];

  private final byte[] certificate;
  private final byte[] key;
  private final byte[] authority;

  private TlsFiles(byte[] certificate, byte[] key, byte[] authority) {
    this.certificate = certificate;
    this.key = key;
    this.authority = authority;
  }

  /**
   * Reads them.
   *
   * @throws TlsFault that names the file which can't be read
   */
  static TlsFiles read(@Nullable Identity identity, @Nullable Path authority) {
    return new TlsFiles(
        identity == null ? NOTHING : read(identity.certificate()),
        identity == null ? NOTHING : read(identity.key()),
        authority == null ? NOTHING : read(authority));
  }

  private static byte[] read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(BYTES_MAX + 1);
      if (bytes.length > BYTES_MAX) {
        throw new TlsFault(file + " must have at most " + BYTES_MAX + " bytes, has more");
      }
      return bytes;
    } catch (IOException e) {
      throw new TlsFault(file + " can't be read: " + e);
    }
  }

  boolean isSame(TlsFiles other) {
    return Arrays.equals(certificate, other.certificate)
        && Arrays.equals(key, other.key)
        && Arrays.equals(authority, other.authority);
  }

  /** Returns the chain of the identity, its own certificate first. */
  List<X509Certificate> chain(Identity identity) {
    try {
      return Pem.certificates(certificate);
    } catch (GeneralSecurityException e) {
      throw new TlsFault(identity.certificate() + " " + e.getMessage());
    }
  }

  PrivateKey key(Identity identity, X509Certificate owner) {
    try {
      return Pem.key(key, owner);
    } catch (GeneralSecurityException e) {
      throw new TlsFault(identity.key() + " " + e.getMessage());
    }
  }

  List<X509Certificate> authorities(Path file) {
    try {
      return Pem.certificates(authority);
    } catch (GeneralSecurityException e) {
      throw new TlsFault(file + " " + e.getMessage());
    }
  }
}
