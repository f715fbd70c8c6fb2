package io.tollgate.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and keys as text files hold them (RFC 7468). A message of a failure follows the
 * file's name.
 */
final class Pem {
  private static final int PROBE_BYTES = 32;
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  private Pem() {}

  /**
   * Reads at least one certificate.
   *
   * @throws CertificateException if there is none, or one that can't be read
   */
  static List<X509Certificate> certificates(byte[] file) throws CertificateException {
    List<X509Certificate> found;
    try {
      found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(file))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
    } catch (CertificateException e) {
      throw new CertificateException("must hold certificates in PEM: " + e.getMessage(), e);
    }
    if (found.isEmpty()) {
      throw new CertificateException("must hold certificates in PEM, holds none");
    }
    return found;
  }

  /**
   * Reads the key that belongs to a certificate.
   *
   * @throws GeneralSecurityException if there is none, or another's
   */
  static PrivateKey key(byte[] file, X509Certificate owner) throws GeneralSecurityException {
    Matcher found = KEY.matcher(new String(file, StandardCharsets.ISO_8859_1));
    if (!found.find()) {
      throw new GeneralSecurityException(
          "must hold a PKCS #8 key in PEM that is not encrypted, \"BEGIN PRIVATE KEY\": `openssl"
              + " pkcs8 -topk8 -nocrypt` makes one of others");
    }
    PrivateKey key;
    try {
      byte[] bytes = Base64.getMimeDecoder().decode(found.group(1));
      key =
          KeyFactory.getInstance(owner.getPublicKey().getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(bytes));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // What the failure quotes may be a part of the key.
      throw new GeneralSecurityException("must hold the certificate's key, holds another");
    }
    if (!belong(key, owner.getPublicKey())) {
      throw new GeneralSecurityException("must hold the certificate's key, holds another");
    }
    return key;
  }

  /** Netty takes any two for a pair, and then every handshake fails. */
  private static boolean belong(PrivateKey key, PublicKey owner) throws GeneralSecurityException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    byte[] probe = new byte[PROBE_BYTES];
    new SecureRandom().nextBytes(probe);
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(probe);
    byte[] signed = signature.sign();
    signature.initVerify(owner);
    signature.update(probe);
    return signature.verify(signed);
  }
}
