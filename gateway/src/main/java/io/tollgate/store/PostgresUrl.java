package io.tollgate.store;

import io.tollgate.key.Secret;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code postgres.url} as the driver wants it; its errors never show the URL, which is a secret.
 *
 * <p>Of libpq's TLS parameters, {@code sslmode} and {@code sslrootcert} (a PEM file) are honoured.
 */
final class PostgresUrl {
  private static final String EXPECTED =
      "postgres.url must be postgresql://user:password@host:port/database[?sslmode=…]";

  private PostgresUrl() {}

  static PgConnectOptions parse(Secret url) {
    URI parsed;
    try {
      parsed = new URI(url.reveal());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(EXPECTED + ", was no URL at all");
    }
    if (!"postgresql".equals(parsed.getScheme())) {
      throw new IllegalArgumentException(EXPECTED + ", its scheme was " + parsed.getScheme());
    }
    if (parsed.getHost() == null || parsed.getRawPath().length() < 2) {
      throw new IllegalArgumentException(EXPECTED + ", it named no host or no database");
    }
    List<String> rest = new ArrayList<>();
    @Nullable String rootCertificate = null;
    @Nullable String query = parsed.getRawQuery();
    for (String parameter : query == null ? new String[0] : query.split("&")) {
      if (parameter.startsWith("sslrootcert=")) {
        rootCertificate = parameter.substring("sslrootcert=".length());
      } else {
        rest.add(parameter);
      }
    }
    String withoutQuery = url.reveal().split("\\?", 2)[0];
    String driverUrl = rest.isEmpty() ? withoutQuery : withoutQuery + '?' + String.join("&", rest);
    try {
      return withTls(PgConnectOptions.fromUri(driverUrl), rootCertificate);
    } catch (RuntimeException e) {
      // The driver's message may quote the URL, password included; so neither it nor a cause.
      throw new IllegalArgumentException(EXPECTED + ", one of its parts was not understood");
    }
  }

  private static PgConnectOptions withTls(
      PgConnectOptions options, @Nullable String rootCertificate) {
    SslMode mode = options.getSslMode();
    if (mode == SslMode.DISABLE) {
      return options;
    }
    boolean verifies = mode == SslMode.VERIFY_CA || mode == SslMode.VERIFY_FULL;
    var tls = new ClientSSLOptions();
    if (rootCertificate != null) {
      tls.setTrustOptions(new PemTrustOptions().addCertPath(rootCertificate));
    } else if (!verifies) {
      // libpq's meaning of allow, prefer and require: encrypt, but believe any certificate.
      tls.setTrustAll(true);
    }
    tls.setHostnameVerificationAlgorithm(mode == SslMode.VERIFY_FULL ? "HTTPS" : "");
    return options.setSslOptions(tls);
  }
}
