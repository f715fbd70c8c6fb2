package io.tollgate.store;

import io.tollgate.key.KeyDigest;
import io.tollgate.store.LogPage.Continuity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The change log and the list of gateways in Postgres, by a connection of their own: no look-up
 * holds a poll up.
 *
 * <p>Confined to the context it was made on.
 */
public final class PostgresLog implements ChangeFeed {
  /** The most changes, and about the most addresses, read at once; one change is never cut. */
  static final int PAGE_MAX = 500;

  /** One statement, hence one moment: the page is not older than the end that it is told with. */
  private static final String POLL =
      """
      WITH log_end AS (
        SELECT tollgate.epoch() AS epoch, number, id FROM tollgate.change_counter
      ), page AS (
        SELECT number, id, addresses FROM (
          SELECT next.*,
            sum(cardinality(addresses)) OVER (ORDER BY number) - cardinality(addresses) AS before
          FROM (
            SELECT number, id, addresses FROM tollgate.change_log
            WHERE number > $1 ORDER BY number LIMIT $2
          ) next
        ) measured WHERE before < $2
      )
      SELECT log_end.epoch, log_end.number AS end_number, log_end.id AS end_id,
        (SELECT id FROM tollgate.change_log WHERE number = $1) AS anchor_id,
        (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS millis,
        page.number, page.id, page.addresses
      FROM log_end LEFT JOIN page ON true ORDER BY page.number
      """;

  private static final String REGISTER =
      """
      INSERT INTO tollgate.gateway (name, boot, bound_millis, absence_max_millis, epoch, number)
      VALUES ($1, $2, $3, $4, '', -1)
      ON CONFLICT (name) DO UPDATE SET boot = $2, bound_millis = $3, absence_max_millis = $4,
        epoch = '', number = -1, registered_at = now(), seen_at = now()
      """;

  /** By number and id: a number alone may be another change's by now, if the log went back. */
  private static final String CONFIRM =
      """
      UPDATE tollgate.gateway SET epoch = $3, number = $4, seen_at = now()
      WHERE name = $1 AND boot = $2 AND (
        EXISTS (SELECT FROM tollgate.change_counter WHERE number = $4 AND id = $5)
        OR EXISTS (SELECT FROM tollgate.change_log WHERE number = $4 AND id = $5))
      """;

  private static final String RENEW =
      """
      UPDATE tollgate.schema_state SET history = gen_random_uuid()::text
      WHERE tollgate.epoch() = $1
      """;

  private static final String LEAVE = "DELETE FROM tollgate.gateway WHERE name = $1 AND boot = $2";

  private final Pool pool;
  private final StoreLink<SqlConnection> link;
  private final GatewayName self;

  public PostgresLog(Vertx vertx, PostgresConfig config, GatewayName self) {
    this.self = self;
    PostgresLine line = PostgresLine.of(vertx, config);
    pool = line.pool();
    link =
        new StoreLink<>(vertx, "Postgres' log", line, config.deadline(), config.connectDeadline());
    link.open();
  }

  @Override
  public Future<LogPage> poll(String epoch, LogPosition after) {
    int most = epoch.isEmpty() ? 0 : PAGE_MAX;
    return execute(POLL, Tuple.of(after.number(), most)).map(rows -> page(rows, epoch, after));
  }

  private static LogPage page(RowSet<Row> rows, String epoch, LogPosition after) {
    Row head = rows.iterator().next();
    var end = new LogPosition(head.getLong("end_number"), head.getString("end_id"));
    LogPosition last = epoch.isEmpty() ? end : after;
    List<KeyDigest> changed = new ArrayList<>();
    boolean gap = false;
    for (Row row : rows) {
      @Nullable Long number = row.getLong("number");
      if (number != null) {
        gap |= number != last.number() + 1;
        last = new LogPosition(number, row.getString("id"));
        for (Buffer address : row.getArrayOfBuffers("addresses")) {
          changed.add(KeyDigest.fromBytes(address.getBytes()));
        }
      }
    }
    boolean broken = gap || last.number() == after.number();
    Continuity continuity =
        epoch.isEmpty()
            ? Continuity.WHOLE
            : Continuity.of(head.getString("anchor_id"), after, end, broken);
    return new LogPage(
        head.getString("epoch"), end, continuity, last, changed, head.getLong("millis"));
  }

  @Override
  public Future<Void> register() {
    return execute(
            REGISTER,
            Tuple.of(
                self.name(), self.boot(), self.bound().toMillis(), self.absenceMax().toMillis()))
        .mapEmpty();
  }

  @Override
  public Future<Boolean> confirm(String epoch, LogPosition upTo) {
    return execute(CONFIRM, Tuple.of(self.name(), self.boot(), epoch, upTo.number(), upTo.id()))
        .map(rows -> rows.rowCount() == 1);
  }

  @Override
  public Future<Void> renewHistory(String epoch) {
    return execute(RENEW, Tuple.of(epoch)).mapEmpty();
  }

  @Override
  public Future<Void> leave() {
    return execute(LEAVE, Tuple.of(self.name(), self.boot())).mapEmpty();
  }

  private Future<RowSet<Row>> execute(String sql, Tuple parameters) {
    return link.call(connection -> connection.preparedQuery(sql).execute(parameters));
  }

  public Future<Void> close() {
    link.close();
    return pool.close();
  }
}
