package io.tollgate.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** An authority of its own that signs certificates. */
public final class TestAuthority {
  public static final String PASSWORD = "changeit";
  private static final String AUTHORITY = "authority";

  private final Path directory;
  private final X509Bundle authority;
  private final Map<String, X509Bundle> issued = new HashMap<>();

  public TestAuthority(Path directory) {
    this.directory = directory;
    try {
      authority = builder("Test Authority").setIsCertificateAuthority(true).buildSelfSigned();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static CertificateBuilder builder(String name) {
    return new CertificateBuilder().ecp256().subject("CN=" + name);
  }

  /** Signs a certificate for {@code localhost}, in the name of {@code name}. */
  public Identity issue(String name) {
    X509Bundle made;
    try {
      made = builder(name).addSanDnsName("localhost").buildIssuedBy(authority);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    issued.put(name, made);
    return new Identity(
        write(name + ".crt", made.getCertificatePathPEM() + made.getRootCertificatePEM()),
        write(name + ".key", made.getPrivateKeyPEM()));
  }

  /** Returns the file with the authority's own certificate. */
  public Path certificate() {
    return write("authority.crt", authority.getRootCertificatePEM());
  }

  /** Returns a key store that trusts the authority, with {@link #PASSWORD}. */
  public Path trustStore() {
    Path file = directory.resolve("authority.p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry(AUTHORITY, authority.getCertificate());
      trusted.store(out, PASSWORD.toCharArray());
      return file;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path write(String name, String text) {
    try {
      return Files.writeString(directory.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts another's files in the place of these, each at once. */
  public static void replace(Identity old, Identity by) {
    try {
      Files.copy(by.certificate(), old.certificate(), StandardCopyOption.REPLACE_EXISTING);
      Files.copy(by.key(), old.key(), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes what one that trusts this authority and shows no certificate uses. */
  public SSLContext trusting() {
    return trusting((X509Bundle) null);
  }

  /** Makes what one that trusts this authority and is {@code name} uses. */
  public SSLContext trusting(String name) {
    return identityTrusting(name, this);
  }

  /** Makes what one that is {@code name} here, and trusts another authority, uses. */
  public SSLContext identityTrusting(String name, TestAuthority trusted) {
    X509Bundle own = issued.get(name);
    if (own == null) {
      throw new IllegalArgumentException("nothing was issued to " + name);
    }
    return trusted.trusting(own);
  }

  private SSLContext trusting(@Nullable X509Bundle own) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          own == null ? new KeyManager[0] : keyManagers(own),
          new TrustManager[] {authority.toTrustManager()},
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyManager[] keyManagers(X509Bundle own) throws GeneralSecurityException {
    return own.toKeyManagerFactory(KeyManagerFactory.getDefaultAlgorithm()).getKeyManagers();
  }
}
