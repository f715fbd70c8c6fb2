package io.tollgate.deploy;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A {@code postgresql://} URL as JDBC wants it: log-in apart from the address, so that no message
 * about the address repeats the password. Immutable.
 *
 * @param url with all parameters of the original ({@code sslmode} and friends) and the deadlines
 * @param user null where the URL names none
 * @param password null where the URL names none
 * @param shown host, port and database, fit for eyes
 */
record JdbcAddress(String url, @Nullable String user, @Nullable String password, String shown) {

  static JdbcAddress of(String postgresUrl, Duration connectDeadline) {
    URI parsed = URI.create(postgresUrl);
    String host = parsed.getHost() + (parsed.getPort() == -1 ? "" : ":" + parsed.getPort());
    @Nullable String query = parsed.getRawQuery();
    long seconds = Math.max(1, connectDeadline.toSeconds());
    String deadlines = "connectTimeout=" + seconds + "&loginTimeout=" + seconds;
    String address = "jdbc:postgresql://" + host + parsed.getRawPath() + "?" + deadlines;
    @Nullable String login = parsed.getRawUserInfo();
    String[] parts = login == null ? new String[0] : login.split(":", 2);
    return new JdbcAddress(
        query == null ? address : address + "&" + query,
        parts.length > 0 ? decoded(parts[0]) : null,
        parts.length > 1 ? decoded(parts[1]) : null,
        host + parsed.getPath());
  }

  private static String decoded(String part) {
    // In a user part, a plus sign is a plus sign.
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  Connection connect() throws SQLException {
    var login = new Properties();
    if (user != null) {
      login.setProperty("user", user);
    }
    if (password != null) {
      login.setProperty("password", password);
    }
    return DriverManager.getConnection(url, login);
  }

  @Override
  public String toString() {
    return shown;
  }
}
