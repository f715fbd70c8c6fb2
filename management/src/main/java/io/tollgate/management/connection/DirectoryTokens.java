package io.tollgate.management.connection;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.object.WordId;
import io.tollgate.store.StoreUnreachable;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens that identity providers show, each of one directory. They are asked for with every
 * request, so that one that is revoked opens nothing from then on. Safe for all virtual threads.
 */
public final class DirectoryTokens {
  static final String PREFIX = "dirtok_";

  private static final Logger LOG = LoggerFactory.getLogger(DirectoryTokens.class);

  /** How much of a token is shown: what all begin with, and 36 bits. */
  private static final int SHOWN = KeyFormat.DIRECTORY_TOKEN_PREFIX.length() + 6;

  private static final String LIVE =
      "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())";

  /** Two at most, which are all compared. */
  private static final String OPENING =
      """
      SELECT t.id, t.prefix, t.digest, d.connection_id, d.organization_id, c.domains,
        coalesce(t.last_used_at < now() - interval '1 minute', true) AS stale
      FROM tollgate.directory_token t
      JOIN tollgate.directory d ON d.id = t.directory_id
      JOIN tollgate.enterprise_connection c ON c.id = d.connection_id
      WHERE t.directory_id = $1 AND d.enabled
      """
          + "AND "
          + LIVE;

  private static final String USED =
      """
      UPDATE tollgate.directory_token SET last_used_at = now(), last_used_by = $2
      WHERE id = $1 AND coalesce(last_used_at < now() - interval '1 minute', true)
      """;

  /** By the clock, since who asks may have waited for the directory. */
  private static final String IS_LIVE =
      """
      SELECT FROM tollgate.directory_token t
      JOIN tollgate.directory d ON d.id = t.directory_id AND d.enabled
      WHERE t.id = $2 AND t.directory_id = $1 AND t.revoked_at IS NULL
        AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp())
      """;

  private static final String INSERT =
      """
      INSERT INTO tollgate.directory_token (id, directory_id, prefix, digest)
      VALUES ($1, $2, $3, $4)
      """;

  /** The newest goes on for a while; what is older ends, so that there are never three. */
  private static final String SUPERSEDE =
      """
      UPDATE tollgate.directory_token t
      SET expires_at = CASE WHEN t.id = newest.id AND $2::bigint > 0
          THEN least(t.expires_at, now() + $2::bigint * interval '1 millisecond')
          ELSE t.expires_at END,
        revoked_at = CASE WHEN t.id = newest.id AND $2::bigint > 0 THEN NULL ELSE now() END
      FROM (
        SELECT id FROM tollgate.directory_token WHERE directory_id = $1 AND %1$s
        ORDER BY expires_at DESC NULLS FIRST, created_at DESC LIMIT 1
      ) newest
      WHERE t.directory_id = $1 AND %1$s
      """
          .formatted(LIVE);

  private final Transactions transactions;
  private final KeyFormat format;
  private final RandomGenerator random;

  /**
   * Makes the tokens' keeper.
   *
   * @param random must be cryptographically strong: secrets are made of it
   */
  public DirectoryTokens(Transactions transactions, Pepper pepper, RandomGenerator random) {
    this.transactions = transactions;
    format = KeyFormat.ofDirectoryTokens(pepper);
    this.random = random;
  }

  /** Returns what of a shown token may be written into a log; of what is none, nothing. */
  public static String shown(String bearer) {
    return bearer.startsWith(KeyFormat.DIRECTORY_TOKEN_PREFIX) && bearer.length() > 2 * SHOWN
        ? bearer.substring(0, SHOWN)
        : "none";
  }

  /**
   * Returns what the token opens of the directory; empty where it opens nothing.
   *
   * @param client what kind of client shows it
   */
  public Optional<DirectoryAccess> find(String directoryId, String bearer, String client) {
    var secret = new Secret(bearer);
    // A made-up token dies by its tag: it costs the store nothing.
    if (!format.isGenuine(secret)) {
      return Optional.empty();
    }
    byte[] digest = KeyDigest.of(secret).toBytes();
    Optional<DirectoryAccess> found = Optional.empty();
    for (Row row : transactions.read(OPENING, Tuple.of(directoryId))) {
      if (MessageDigest.isEqual(digest, row.getBuffer("digest").getBytes())) {
        found = Optional.of(access(directoryId, row));
        note(row, client);
      }
    }
    return found;
  }

  /** Returns whether a token was made here, whatever has become of it. */
  public boolean isGenuine(String bearer) {
    return format.isGenuine(new Secret(bearer));
  }

  /** Returns whether what was opened is open still; to be asked while the directory is held. */
  public static boolean isLive(Change change, DirectoryAccess access) {
    Tuple parameters = Tuple.of(access.directoryId(), access.tokenId());
    return change.execute(IS_LIVE, parameters).rowCount() > 0;
  }

  private static DirectoryAccess access(String directoryId, Row row) {
    return new DirectoryAccess(
        directoryId,
        row.getString("connection_id"),
        row.getString("organization_id"),
        row.getString("id"),
        row.getString("prefix"),
        List.of(row.getArrayOfStrings("domains")));
  }

  private void note(Row token, String client) {
    if (token.getBoolean("stale")) {
      try {
        transactions.note(USED, Tuple.of(token.getString("id"), client));
      } catch (StoreUnreachable e) {
        LOG.debug("the use of a directory's token was not noted: {}", e.getMessage());
      }
    }
  }

  /** Returns whose log tells of requests to this directory; empty where there is no directory. */
  public Optional<String> connectionOf(String directoryId) {
    String sql = "SELECT connection_id FROM tollgate.directory WHERE id = $1";
    for (Row row : transactions.read(sql, Tuple.of(directoryId))) {
      return Optional.of(row.getString("connection_id"));
    }
    return Optional.empty();
  }

  /**
   * Makes a token, which is shown this once.
   *
   * @param overlap how long the one before still works; any older one ends at once
   */
  Secret add(Change change, String directoryId, Duration overlap) {
    change.execute(SUPERSEDE, Tuple.of(directoryId, overlap.toMillis()));
    Secret secret = format.mint(random);
    change.execute(
        INSERT,
        Tuple.of(
            WordId.make(PREFIX, random),
            directoryId,
            shown(secret.reveal()),
            Buffer.buffer(KeyDigest.of(secret).toBytes())));
    return secret;
  }

  /** Ends all tokens of a directory; returns how many. */
  static int revokeAll(Change change, String directoryId) {
    String sql =
        "UPDATE tollgate.directory_token SET revoked_at = now() WHERE directory_id = $1 AND ";
    return change.execute(sql + LIVE, Tuple.of(directoryId)).rowCount();
  }
}
