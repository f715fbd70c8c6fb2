package io.tollgate.management.plan;

import io.tollgate.access.Subject;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.wire.ApiError;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/**
 * What is left of quotas and credits, in Postgres, and credits that are given and taken by hand.
 * Gateways lease from it. Safe for all virtual threads.
 */
final class AllowanceRegistry {
  /** An allowance {@code a} as the wire spells it. */
  private static final String JSON =
      """
      json_build_object('object', 'allowance', 'owner', a.owner, 'name', a.name,
        'period_start', CASE WHEN a.name <> 'credits' THEN tollgate.millis(a.period_start) END,
        'granted', a.granted, 'spent', a.spent, 'leased', a.leased,
        'left', greatest(0, a.granted - a.spent - a.leased), 'hard', a.hard)
      """;

  private static final String LIST =
      """
      SELECT (SELECT count(*) FROM tollgate.allowance WHERE owner = $1) AS total, one.json
      FROM (SELECT) first LEFT JOIN (
        SELECT (%s)::text AS json, a.period_start, a.name FROM tollgate.allowance a
        WHERE a.owner = $1 ORDER BY a.period_start DESC, a.name LIMIT $2 OFFSET $3) one ON true
      ORDER BY one.period_start DESC, one.name
      """
          .formatted(JSON);

  /** The name and the period are those by which gateways know credits. */
  private static final String LOCK =
      """
      SELECT granted, greatest(0, granted - spent - leased) AS left
      FROM tollgate.lock_allowance($1, 'credits', to_timestamp(0))
      """;

  private static final String NOTE =
      """
      INSERT INTO tollgate.credit_entry (payer, idempotency_key, units) VALUES ($1, $2, $3)
      ON CONFLICT DO NOTHING
      """;

  private static final String NOTED =
      "SELECT units FROM tollgate.credit_entry WHERE payer = $1 AND idempotency_key = $2";

  private static final String GRANT =
      """
      UPDATE tollgate.allowance a SET granted = a.granted + $2
      WHERE a.owner = $1 AND a.name = 'credits' AND a.period_start = to_timestamp(0)
      """;

  private static final String GET =
      """
      SELECT (%s)::text AS json FROM tollgate.allowance a
      WHERE a.owner = $1 AND a.name = 'credits' AND a.period_start = to_timestamp(0)
      """
          .formatted(JSON);

  private final Transactions transactions;

  AllowanceRegistry(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Returns what one owner has or had, the newest periods first. */
  ObjectView.Listed list(String owner, int limit, int offset) {
    List<String> data = new ArrayList<>();
    long total = 0;
    for (Row row : transactions.read(LIST, Tuple.of(owner, limit, offset))) {
      total = row.getLong("total");
      if (row.getString("json") != null) {
        data.add(row.getString("json"));
      }
    }
    return new ObjectView.Listed(data, total);
  }

  /**
   * Gives credits, or takes some where units are negative, once for each name of the request.
   *
   * @return the payer's credits after that, as the wire spells them
   * @throws ApiError where there are not as many to be taken, or the name was another request's
   */
  String change(Subject payer, long units, String idempotencyKey, Origin origin) {
    return transactions.change(
        change -> {
          // Locked first, so that one of the same name waits here and finds what was noted.
          long left = lock(change, payer);
          if (change.execute(NOTE, Tuple.of(payer.id(), idempotencyKey, units)).rowCount() == 0) {
            checkSame(change, payer, units, idempotencyKey);
            return get(change, payer);
          }
          if (units < 0 && left < -units) {
            throw notAsMany(-units, left);
          }
          String before = get(change, payer);
          change.execute(GRANT, Tuple.of(payer.id(), units));
          String after = get(change, payer);
          String action = units > 0 ? "credits.increase" : "credits.decrease";
          change.record(origin.entry(action, payer.id(), before, after));
          return after;
        });
  }

  private static long lock(Change change, Subject payer) {
    Row row = change.execute(LOCK, Tuple.of(payer.id())).iterator().next();
    return row.getLong("left");
  }

  private static String get(Change change, Subject payer) {
    return change.execute(GET, Tuple.of(payer.id())).iterator().next().getString("json");
  }

  private static void checkSame(Change change, Subject payer, long units, String name) {
    Row noted = change.execute(NOTED, Tuple.of(payer.id(), name)).iterator().next();
    if (noted.getLong("units") != units) {
      throw new ApiError(
          422,
          "idempotency_key_reused",
          "Idempotency key reused",
          "idempotency_key was sent before with another amount: " + noted.getLong("units") + ".");
    }
  }

  private static ApiError notAsMany(long units, long left) {
    return ApiError.form(
        "form_param_value_too_large",
        "is too large",
        AllowanceEndpoint.UNITS,
        "units must be no more than what is left, " + left + ", was " + units + ".");
  }
}
