package io.tollgate.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** An authority of its own that signs certificates, by the JDK's keytool. */
public final class TestAuthority {
  public static final String PASSWORD = "changeit";
  private static final String AUTHORITY = "authority";

  private final Path directory;
  private final Path store;

  public TestAuthority(Path directory) {
    this.directory = directory;
    store = directory.resolve("authority.p12");
    keytool("-alias", AUTHORITY, "-dname", "CN=Test Authority", "-ext", "bc:c");
  }

  private void keytool(String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-keyalg", "EC", "-validity", "2"));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    command.addAll(List.of("-keystore", store.toString()));
    command.addAll(List.of(options));
    try {
      Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
      String told = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (keytool.waitFor() != 0) {
        throw new IllegalStateException(told);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Signs a certificate for {@code localhost}, in the name of {@code name}. */
  public Identity issue(String name) {
    keytool(
        "-alias", name, "-signer", AUTHORITY, "-dname", "CN=" + name, "-ext", "san=dns:localhost");
    try {
      KeyStore keys = keys();
      var chain = new StringBuilder();
      for (Certificate certificate : keys.getCertificateChain(name)) {
        chain.append(pem("CERTIFICATE", certificate.getEncoded()));
      }
      byte[] key = keys.getKey(name, PASSWORD.toCharArray()).getEncoded();
      return new Identity(
          write(name + ".crt", chain.toString()), write(name + ".key", pem("PRIVATE KEY", key)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the key store with all that was issued, which trusts the authority. */
  public Path store() {
    return store;
  }

  /** Returns the file with the authority's own certificate. */
  public Path certificate() {
    try {
      return write(
          "authority.crt", pem("CERTIFICATE", keys().getCertificate(AUTHORITY).getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private KeyStore keys() {
    try {
      return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String what, byte[] bytes) {
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(what, Base64.getMimeEncoder().encodeToString(bytes), what);
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
    return context(null, null);
  }

  /** Makes what one that trusts this authority and is {@code name} uses. */
  public SSLContext trusting(String name) {
    return identityTrusting(name, this);
  }

  /** Makes what one that is {@code name} here, and trusts another authority, uses. */
  public SSLContext identityTrusting(String name, TestAuthority trusted) {
    return trusted.context(this, name);
  }

  private SSLContext context(@Nullable TestAuthority issuer, @Nullable String name) {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry(AUTHORITY, keys().getCertificate(AUTHORITY));
      var authorities = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      authorities.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          issuer == null || name == null ? null : issuer.keyManagers(name).getKeyManagers(),
          authorities.getTrustManagers(),
          null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private KeyManagerFactory keyManagers(String name) throws IOException, GeneralSecurityException {
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    KeyStore all = keys();
    char[] password = PASSWORD.toCharArray();
    own.setKeyEntry(name, all.getKey(name, password), password, all.getCertificateChain(name));
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(own, password);
    return managers;
  }
}
