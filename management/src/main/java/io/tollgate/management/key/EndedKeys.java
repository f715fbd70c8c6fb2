package io.tollgate.management.key;

import io.tollgate.access.Subject;
import io.tollgate.management.audit.Transactions;
import io.tollgate.store.StoreUnreachable;
import io.vertx.sqlclient.Tuple;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows of keys that ended with their subject, by one record that they name. They are marked as
 * revoked some at a time, for whoever lists them and for their names, which are free again; no
 * gateway goes by it. Safe for all virtual threads.
 */
public final class EndedKeys {
  private static final Logger LOG = LoggerFactory.getLogger(EndedKeys.class);
  private static final int AT_ONCE = 1_000;

  private static final String MARK =
      """
      WITH ended AS (
        UPDATE tollgate.api_key SET revoked_at = now(), revocation_reason = $3, updated_at = now()
        WHERE id IN (
          SELECT id FROM tollgate.api_key
          WHERE subject = $1 AND since < $2 AND revoked_at IS NULL LIMIT $4)
        RETURNING id
      ), unsealed AS (
        UPDATE tollgate.api_key_secret s SET sealed = NULL FROM ended
        WHERE s.key_id = ended.id AND s.sealed IS NOT NULL
      )
      SELECT count(*)::int AS marked FROM ended
      """;

  private final Transactions transactions;

  public EndedKeys(Transactions transactions) {
    this.transactions = transactions;
  }

  /**
   * Marks all keys of a subject that is gone for good. Where Postgres dies in between, some stay
   * without a mark, which is no reason to tell that the subject is not gone.
   */
  public void markAll(Subject subject, String reason) {
    try {
      markEnded(subject, Long.MAX_VALUE, reason);
    } catch (StoreUnreachable e) {
      LOG.warn("not all keys of a subject that is gone were marked: {}", e.getMessage());
    }
  }

  /**
   * Marks those that a change has ended.
   *
   * @param before the change's number
   * @return how many
   */
  public int mark(Subject subject, long before, @Nullable String reason) {
    try {
      return markEnded(subject, before, reason);
    } catch (StoreUnreachable e) {
      // Not as other outages are told, after which nothing has changed.
      throw RevocationBarrier.pending(
          "Done: all keys of the subject are revoked, for good, and no gateway accepts one. Not"
              + " done: not all of them could be marked, so that lists may show some as valid."
              + " Repeat the call until all are; repeating is safe.");
    }
  }

  private int markEnded(Subject subject, long before, @Nullable String reason) {
    int marked = 0;
    int last = AT_ONCE;
    while (last == AT_ONCE) {
      Tuple parameters = Tuple.of(subject.id(), before, reason, AT_ONCE);
      last = transactions.note(MARK, parameters).iterator().next().getInteger("marked");
      marked += last;
    }
    return marked;
  }
}
