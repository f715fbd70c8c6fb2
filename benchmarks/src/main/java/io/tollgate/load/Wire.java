package io.tollgate.load;

import io.netty.channel.Channel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * What requests go by: plain HTTP/1.1, the same by TLS 1.3, or HTTP/2 by TLS 1.3. Immutable.
 *
 * <p>All peers speak one suite, which each of them would choose by itself here. Ours is BoringSSL,
 * so that the load costs less than what it measures.
 */
final class Wire {
  static final Wire PLAIN = new Wire(null, null, 0);

  private static final String VERSION = "TLSv1.3";
  private static final String SUITE = "TLS_AES_128_GCM_SHA256";

  private final @Nullable Path certificate;
  private final @Nullable SslContext tls;
  private final int streams;

  private Wire(@Nullable Path certificate, @Nullable SslContext tls, int streams) {
    this.certificate = certificate;
    this.tls = tls;
    this.streams = streams;
  }

  /**
   * Makes one by TLS.
   *
   * @param certificate the one that is trusted, in PEM
   * @param streams how many requests are under way at once on a connection of HTTP/2; 0 for
   *     HTTP/1.1
   */
  static Wire secured(Path certificate, int streams) {
    String protocol =
        streams > 0 ? ApplicationProtocolNames.HTTP_2 : ApplicationProtocolNames.HTTP_1_1;
    try {
      SslContext tls =
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.OPENSSL)
              .trustManager(certificate.toFile())
              .protocols(VERSION)
              .applicationProtocolConfig(
                  new ApplicationProtocolConfig(
                      Protocol.ALPN,
                      SelectorFailureBehavior.NO_ADVERTISE,
                      SelectedListenerFailureBehavior.ACCEPT,
                      protocol))
              .build();
      return new Wire(certificate, tls, streams);
    } catch (IOException e) {
      throw new IllegalArgumentException("TLS can't be spoken by " + certificate, e);
    }
  }

  boolean isHttp2() {
    return streams > 0;
  }

  int streams() {
    return streams;
  }

  String scheme() {
    return tls == null ? "http" : "https";
  }

  /** Makes the handler that a connection begins with; null if it is plain. */
  @Nullable SslHandler handler(Channel channel, Peer peer) {
    return tls == null ? null : tls.newHandler(channel.alloc(), Peer.HOST, peer.port());
  }

  /**
   * Looks at what both sides have agreed on.
   *
   * @throws WrongAnswer if it is not what all are measured with
   */
  void check(Peer peer, SslHandler handler) {
    SSLSession session = handler.engine().getSession();
    if (!session.getProtocol().equals(VERSION) || !session.getCipherSuite().equals(SUITE)) {
      String spoken = session.getProtocol() + " and " + session.getCipherSuite();
      throw new WrongAnswer(peer, spoken + " instead of " + SUITE);
    }
    boolean isHttp2 = ApplicationProtocolNames.HTTP_2.equals(handler.applicationProtocol());
    if (isHttp2() && !isHttp2) {
      throw new WrongAnswer(peer, "no HTTP/2");
    }
  }

  HttpClient.Version version() {
    return isHttp2() ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1;
  }

  /** Makes another's client, which speaks the same and knows nothing of ours. */
  HttpClient client(Duration deadline) {
    HttpClient.Builder builder =
        HttpClient.newBuilder().version(version()).connectTimeout(deadline);
    if (certificate != null) {
      builder.sslContext(trusting(certificate));
    }
    return builder.build();
  }

  private static SSLContext trusting(Path certificate) {
    try (InputStream in = Files.newInputStream(certificate)) {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry(
          "peers", CertificateFactory.getInstance("X.509").generateCertificate(in));
      var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(certificate + " can't be trusted", e);
    }
  }
}
