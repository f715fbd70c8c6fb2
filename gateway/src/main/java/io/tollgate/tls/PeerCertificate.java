package io.tollgate.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The certificate that the other side of a connection has shown. Safe for all threads. */
public final class PeerCertificate {
  private PeerCertificate() {}

  /**
   * Returns that of a session that has just begun or was resumed; null where none was shown.
   *
   * <p>When a session is resumed the JDK asks nobody whether the certificate still holds. One whose
   * certificate has come to its end is not resumed again.
   *
   * @throws CertificateException if it does not hold now
   */
  public static @Nullable X509Certificate of(SSLSession session) throws CertificateException {
    X509Certificate shown;
    try {
      shown = (X509Certificate) session.getPeerCertificates()[0];
    } catch (SSLPeerUnverifiedException none) {
      return null;
    }
    try {
      shown.checkValidity();
    } catch (CertificateException e) {
      session.invalidate();
      throw e;
    }
    return shown;
  }
}
