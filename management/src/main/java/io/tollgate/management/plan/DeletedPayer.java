package io.tollgate.management.plan;

import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.List;

/** What a user or an organization has subscribed to ends when that is deleted. */
public final class DeletedPayer {
  private static final String LOCK =
      "SELECT id FROM tollgate.subscription WHERE payer = $1 FOR NO KEY UPDATE";

  private DeletedPayer() {}

  /**
   * Ends what a payer has and is to have; what had begun is due yet. To be called before the
   * subject's record is locked, which is the order in which all lock who change a subscription.
   *
   * @return the lines of the audit that the change must record with its own
   */
  public static List<AuditEntry> end(Change change, Origin origin, String payer) {
    for (Row row : change.execute(LOCK, Tuple.of(payer))) {
      OffsetDateTime now = PlanVersion.now(change);
      Account account = new Account(change, origin, row.getString("id"), payer);
      account.makeGood(now);
      account.upcoming().ifPresent(next -> account.end(next, now));
      account.current().ifPresent(item -> account.end(item, now));
      return account.lines();
    }
    return List.of();
  }
}
