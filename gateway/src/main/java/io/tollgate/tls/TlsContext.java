package io.tollgate.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one side are made with, by the files as they were when they were last
 * good: faulty ones change nothing. Connections that stand keep what they were made with.
 *
 * <p>TLS 1.3 and 1.2 with forward secrecy and authenticated encryption alone: the "intermediate"
 * configuration of Mozilla's Server Side TLS 5.7, without its suites of DHE.
 *
 * <p>Safe for all threads. {@link #reload} reads files and so blocks.
 */
public final class TlsContext {
  /** In the order of preference, which is ours and not the client's. */
  public static final List<String> SUITES =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

  /** In the order of preference, which is ours; who asks for neither is spoken to by HTTP/1.1. */
  private static final ApplicationProtocolConfig HTTP2_OR_HTTP1 =
      new ApplicationProtocolConfig(
          ApplicationProtocolConfig.Protocol.ALPN,
          ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
          ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
          ApplicationProtocolNames.HTTP_2,
          ApplicationProtocolNames.HTTP_1_1);

  /**
   * How long after its handshake a session may be resumed, in seconds: whether the other side's
   * certificate still holds is asked of nobody then.
   */
  private static final int SESSION_SECONDS = 3_600;

  private static final int SESSIONS_MAX = 4_096;
  private static final String TICKETS = "jdk.tls.server.enableSessionTicketExtension";

  /** How long the polite end of a connection may wait for a client that does not read. */
  private static final long CLOSE_MILLIS = 200;

  private final @Nullable Identity identity;
  private final @Nullable Path authority;
  private final @Nullable ClientCertificates clients;
  private final boolean http2;
  private volatile @Nullable Loaded loaded;

  private record Loaded(TlsFiles files, SslContext context, @Nullable Instant end) {}

  private TlsContext(
      @Nullable Identity identity,
      @Nullable Path authority,
      @Nullable ClientCertificates clients,
      boolean http2) {
    this.identity = identity;
    this.authority = authority;
    this.clients = clients;
    this.http2 = http2;
  }

  /**
   * Makes that of a listener.
   *
   * @param http2 whether HTTP/2 is offered beside HTTP/1.1 (ALPN, RFC 7301)
   * @throws TlsFault if its files can't be used
   */
  public static TlsContext of(ListenerTls listener, boolean http2) {
    var made =
        new TlsContext(
            listener.identity(), listener.clientAuthority(), listener.clientCertificates(), http2);
    made.reload();
    return made;
  }

  /**
   * Makes that of all upstreams.
   *
   * @throws TlsFault if its files can't be used
   */
  public static TlsContext of(UpstreamTls upstreams) {
    var made = new TlsContext(upstreams.identity(), upstreams.authority(), null, false);
    if (made.hasFiles()) {
      made.reload();
    }
    return made;
  }

  /** Returns whether there is any file that may change. */
  public boolean hasFiles() {
    return identity != null || authority != null;
  }

  /**
   * Takes the files anew if they have changed.
   *
   * @return whether they had
   * @throws TlsFault if they can't be used; then all stays as it was
   */
  public synchronized boolean reload() {
    Loaded known = loaded;
    TlsFiles files = TlsFiles.read(identity, authority);
    if (known != null && known.files.isSame(files)) {
      return false;
    }
    loaded = load(files);
    return true;
  }

  private Loaded load(TlsFiles files) {
    List<X509Certificate> chain = identity == null ? List.of() : files.chain(identity);
    @Nullable PrivateKey key = identity == null ? null : files.key(identity, chain.get(0));
    List<X509Certificate> trusted = authority == null ? List.of() : files.authorities(authority);
    try {
      SslContext context = build(chain.toArray(X509Certificate[]::new), key, trusted);
      return new Loaded(files, context, end(chain));
    } catch (SSLException | RuntimeException e) {
      // Whatever a platform finds in a file is the file's fault, and must not end a watch.
      throw new TlsFault(
          "TLS can't be set up" + (identity == null ? "" : " with " + identity) + ": " + e);
    }
  }

  private SslContext build(
      X509Certificate[] chain, @Nullable PrivateKey key, List<X509Certificate> trusted)
      throws SSLException {
    SslContextBuilder builder =
        clients == null
            ? SslContextBuilder.forClient().endpointIdentificationAlgorithm("HTTPS")
            : SslContextBuilder.forServer(Objects.requireNonNull(key), chain);
    if (clients == null && key != null) {
      builder.keyManager(key, chain);
    }
    if (!trusted.isEmpty()) {
      builder.trustManager(trusted);
    }
    if (clients != null && !trusted.isEmpty()) {
      builder.clientAuth(
          clients == ClientCertificates.REQUIRED ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
    }
    if (http2) {
      builder.applicationProtocolConfig(HTTP2_OR_HTTP1);
    }
    builder
        .protocols(VERSIONS)
        .ciphers(SUITES)
        .sessionTimeout(SESSION_SECONDS)
        .sessionCacheSize(SESSIONS_MAX);
    return clients == null || trusted.isEmpty() ? builder.build() : withoutTickets(builder);
  }

  /**
   * Builds one whose sessions are held here, so that those with a client's certificate can be
   * ended; tickets could not be taken back. The JDK reads that where a context is made, and nowhere
   * else.
   */
  private static SslContext withoutTickets(SslContextBuilder builder) throws SSLException {
    synchronized (TlsContext.class) {
      @Nullable String before = System.getProperty(TICKETS);
      System.setProperty(TICKETS, "false");
      try {
        return builder.build();
      } finally {
        if (before == null) {
          System.clearProperty(TICKETS);
        } else {
          System.setProperty(TICKETS, before);
        }
      }
    }
  }

  private static @Nullable Instant end(List<X509Certificate> chain) {
    return chain.stream()
        .map(certificate -> certificate.getNotAfter().toInstant())
        .min(Instant::compareTo)
        .orElse(null);
  }

  /** Returns when the first certificate of our own chain ends; null where there is none. */
  public @Nullable Instant end() {
    Loaded known = loaded;
    return known == null ? null : known.end;
  }

  /** Makes the handler of a connection that a client has opened. */
  public SslHandler accept(ByteBufAllocator allocator) {
    return bounded(context().newHandler(allocator));
  }

  /** Makes the handler of a connection to a host, whose certificate must name it. */
  public SslHandler dial(ByteBufAllocator allocator, String host, int port) {
    SslHandler handler = context().newHandler(allocator, host, port);
    SSLParameters parameters = handler.engine().getSSLParameters();
    parameters.setServerNames(serverNames(host));
    handler.engine().setSSLParameters(parameters);
    return bounded(handler);
  }

  /** By itself the JDK tells no name that has no dot, as those within a cluster (RFC 6066, 3). */
  private static List<SNIServerName> serverNames(String host) {
    if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
      return List.of();
    }
    try {
      return List.of(
          new SNIHostName(host.endsWith(".") ? host.substring(0, host.length() - 1) : host));
    } catch (IllegalArgumentException noSuchName) {
      return List.of();
    }
  }

  /** Makes the same for a connection on which that protocol is to be agreed on by ALPN. */
  public SslHandler dial(ByteBufAllocator allocator, String host, int port, String protocol) {
    SslHandler handler = dial(allocator, host, port);
    SSLParameters parameters = handler.engine().getSSLParameters();
    parameters.setApplicationProtocols(new String[] {protocol});
    handler.engine().setSSLParameters(parameters);
    return handler;
  }

  private static SslHandler bounded(SslHandler handler) {
    handler.setCloseNotifyFlushTimeoutMillis(CLOSE_MILLIS);
    return handler;
  }

  /** The JVM's authorities are read when they are first asked for: few have such upstreams. */
  SslContext context() {
    Loaded known = loaded;
    if (known == null) {
      reload();
      known = Objects.requireNonNull(loaded);
    }
    return known.context;
  }
}
