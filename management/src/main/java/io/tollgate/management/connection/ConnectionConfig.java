package io.tollgate.management.connection;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an identity provider is told, and how long what it was told before still counts.
 *
 * @param publicUrl where management is reached from outside; null is by its host and port
 * @param tokenOverlap how long a directory's token works beside the one that takes its place
 * @param emailsInLog what the logs of connections tell of e-mail addresses
 * @param departedRetention how long it is remembered who those were whom directories have deleted
 */
public record ConnectionConfig(
    @Nullable String publicUrl,
    Duration tokenOverlap,
    EmailsInLog emailsInLog,
    Duration departedRetention) {
  public static final Duration TOKEN_OVERLAP = Duration.ofHours(24);
  public static final Duration DEPARTED_RETENTION = Duration.ofDays(30);

  /**
   * Whoever may read connections may read their logs, and these tell of all people of a customer
   * for a month. Whom a line is about its ids tell, to whoever may look them up.
   */
  public static final EmailsInLog EMAILS_IN_LOG = EmailsInLog.MASKED;

  // Before the one below, which is checked by it.
  private static final Duration TOKEN_OVERLAP_MAX = Duration.ofDays(30);
  private static final Duration DEPARTED_RETENTION_MAX = Duration.ofDays(3_650);

  public static final ConnectionConfig DEFAULTS =
      new ConnectionConfig(null, TOKEN_OVERLAP, EMAILS_IN_LOG, DEPARTED_RETENTION);

  public ConnectionConfig {
    if (publicUrl != null) {
      check(publicUrl);
    }
    if (tokenOverlap.isNegative() || tokenOverlap.compareTo(TOKEN_OVERLAP_MAX) > 0) {
      throw new IllegalArgumentException(
          "scim.token-overlap must be from 0s to " + TOKEN_OVERLAP_MAX.toHours() + "h");
    }
    if (departedRetention.isNegative() || departedRetention.compareTo(DEPARTED_RETENTION_MAX) > 0) {
      throw new IllegalArgumentException(
          "scim.departed-retention must be from 0s to " + DEPARTED_RETENTION_MAX.toHours() + "h");
    }
  }

  private static void check(String url) {
    try {
      var uri = new URI(url);
      if (uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null
          && !url.endsWith("/")
          && Set.of("http", "https").contains(uri.getScheme())) {
        return;
      }
    } catch (URISyntaxException notOne) {
      // Told below.
    }
    throw new IllegalArgumentException(
        "management.public-url must be http[s]://host[:port][/path], without user, query or a"
            + " slash at its end, was \""
            + url
            + '"');
  }

  /**
   * Returns where management is reached.
   *
   * @param host that is listened on
   * @param port the same
   */
  public String url(String host, int port) {
    if (publicUrl != null) {
      return publicUrl;
    }
    boolean isAny = host.equals("0.0.0.0") || host.equals("::");
    String name = isAny ? "localhost" : host.contains(":") ? "[" + host + "]" : host;
    return "http://" + name + ":" + port;
  }
}
