package io.tollgate.store;

import io.tollgate.key.Secret;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * {@code redis.url} as the driver wants it; its errors never show the URL, which is a secret.
 *
 * <p>One parameter is taken, {@code cacert}: a PEM file with the authority that signed the server's
 * certificate, where it is none that the JVM trusts.
 */
final class RedisUrl {
  private static final String EXPECTED = "redis.url must be redis[s]://[user:password@]host:port";

  private RedisUrl() {}

  static void check(Secret url) {
    URI parsed;
    try {
      parsed = new URI(url.reveal());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(EXPECTED + "[/db], was no URL at all");
    }
    String scheme = parsed.getScheme();
    if (!"redis".equals(scheme) && !"rediss".equals(scheme)) {
      throw new IllegalArgumentException(EXPECTED + "[/db], its scheme was " + scheme);
    }
    if (parsed.getHost() == null) {
      throw new IllegalArgumentException(EXPECTED + "[/db], it named no host");
    }
    if (parsed.getRawQuery() != null && !parsed.getRawQuery().matches("cacert=[^&]+")) {
      throw new IllegalArgumentException(
          EXPECTED + "[/db][?cacert=file], its parameter is another");
    }
    String path = parsed.getRawPath();
    if (path != null && !path.isEmpty() && !path.matches("/\\d{0,4}")) {
      throw new IllegalArgumentException(EXPECTED + "[/db], its db was " + path);
    }
  }

  static String withoutParameters(Secret url) {
    return url.reveal().split("\\?", 2)[0];
  }

  static boolean isTls(Secret url) {
    return url.reveal().startsWith("rediss://");
  }

  /** Turns TLS on; the server's certificate is always checked, its name too. */
  static void secure(Secret url, NetClientOptions net) {
    net.setSsl(true).setHostnameVerificationAlgorithm("HTTPS");
    @Nullable String query = URI.create(url.reveal()).getRawQuery();
    if (query != null) {
      net.setTrustOptions(new PemTrustOptions().addCertPath(query.substring("cacert=".length())));
    }
  }
}
