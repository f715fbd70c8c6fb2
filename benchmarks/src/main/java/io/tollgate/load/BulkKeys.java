package io.tollgate.load;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.KeyId;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.SplittableRandom;

/**
 * Puts many keys into Postgres at once, in the form in which management would, and writes them to a
 * file: a key, a space, its id, line by line.
 *
 * <p>They enter without entries in the change log, so that the projector finds it too short and
 * writes Redis anew. Prints the number of the last change.
 */
public final class BulkKeys {
  private static final int BATCH = 20_000;
  private static final String KEYS =
      """
      INSERT INTO tollgate.api_key (id, type, subject, name, scopes, number)
      SELECT id, 'api_key', 'user_' || lpad((? + ordinal)::text, 27, '0'), 'key', '{read}',
        ? + ordinal
      FROM unnest(?) WITH ORDINALITY AS given (id, ordinal)""";
  private static final String SECRETS =
      """
      INSERT INTO tollgate.api_key_secret (digest, key_id)
      SELECT decode(digest, 'hex'), id FROM unnest(?, ?) AS given (digest, id)""";

  private final SplittableRandom random = new SplittableRandom();
  private final KeyFormat format;
  private final Connection connection;
  private final BufferedWriter listed;
  private long number;

  private BulkKeys(KeyFormat format, Connection connection, BufferedWriter listed, long number) {
    this.format = format;
    this.connection = connection;
    this.listed = listed;
    this.number = number;
  }

  /**
   * Takes the URL of Postgres, the file that holds the pepper, how many keys, and the file to list
   * them in.
   */
  public static void main(String[] arguments) throws SQLException, IOException {
    var pepper = new Pepper(List.of(new Secret(Files.readString(Path.of(arguments[1])).strip())));
    int count = Integer.parseInt(arguments[2]);
    try (Connection connection = connect(URI.create(arguments[0]));
        Statement statement = connection.createStatement();
        BufferedWriter listed = Files.newBufferedWriter(Path.of(arguments[3]))) {
      connection.setAutoCommit(false);
      var bulk = new BulkKeys(new KeyFormat(pepper), connection, listed, lockedCounter(statement));
      for (int left = count; left > 0; left -= BATCH) {
        bulk.put(Math.min(BATCH, left));
      }
      statement.execute("UPDATE tollgate.change_counter SET number = " + bulk.number);
      connection.commit();
      System.out.println(bulk.number);
    }
  }

  private static Connection connect(URI url) throws SQLException {
    String[] user = url.getUserInfo().split(":", 2);
    var properties = new Properties();
    properties.setProperty("user", user[0]);
    properties.setProperty("password", user[1]);
    return DriverManager.getConnection(
        "jdbc:postgresql://" + url.getHost() + ":" + url.getPort() + url.getPath(), properties);
  }

  private static long lockedCounter(Statement statement) throws SQLException {
    try (ResultSet counter =
        statement.executeQuery("SELECT number FROM tollgate.change_counter FOR UPDATE")) {
      counter.next();
      return counter.getLong(1);
    }
  }

  private void put(int count) throws SQLException, IOException {
    String[] ids = new String[count];
    String[] digests = new String[count];
    for (int i = 0; i < count; i++) {
      Secret secret = format.mint(random);
      ids[i] = KeyId.random(random).toString();
      digests[i] = HexFormat.of().formatHex(KeyDigest.of(secret).toBytes());
      listed.append(secret.reveal()).append(' ').append(ids[i]).append('\n');
    }
    try (PreparedStatement keys = connection.prepareStatement(KEYS);
        PreparedStatement secrets = connection.prepareStatement(SECRETS)) {
      keys.setLong(1, number);
      keys.setLong(2, number);
      keys.setArray(3, connection.createArrayOf("text", ids));
      keys.executeUpdate();
      secrets.setArray(1, connection.createArrayOf("text", digests));
      secrets.setArray(2, connection.createArrayOf("text", ids));
      secrets.executeUpdate();
    }
    number += count;
  }
}
