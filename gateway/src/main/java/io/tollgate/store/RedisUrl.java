package io.tollgate.store;

import io.tollgate.key.Secret;
import java.net.URI;
import java.net.URISyntaxException;

/** The check that {@code redis.url} must pass; its errors never show the URL, which is a secret. */
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
    String path = parsed.getRawPath();
    if (path != null && !path.isEmpty() && !path.matches("/\\d{0,4}")) {
      throw new IllegalArgumentException(EXPECTED + "[/db], its db was " + path);
    }
  }
}
