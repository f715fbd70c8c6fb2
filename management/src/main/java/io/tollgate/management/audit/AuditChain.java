package io.tollgate.management.audit;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The audit as a chain of hashes: each line's is over the one before it and over the line itself,
 * and the counter of changes holds that of the newest. So nothing can be altered, taken away, put
 * in or moved, at the end neither, without all that follows being made anew.
 */
public final class AuditChain {
  /** A line may have a hundred thousand bytes, and a statement three seconds. */
  private static final int LINES_AT_ONCE = 1_000;

  /** Of one moment, so that the newest line and the counter belong together. */
  private static final String PART =
      """
      WITH part AS (
        SELECT * FROM tollgate.audit WHERE (number, id) > ($1, $2) ORDER BY number, id LIMIT $4
      ), chained AS (
        SELECT number, id, CASE WHEN hash IS NULL THEN previous IS NULL
          ELSE hash = tollgate.audit_hash(coalesce(previous, ''), number, at, actor, request_id,
            action, object, before::text, after::text) END AS holds
        FROM (
          SELECT part.*, lag(hash, 1, $3::bytea) OVER (ORDER BY number, id) AS previous FROM part
        ) joined
      ), judged AS (
        SELECT count(*) AS lines, min(number) FILTER (WHERE NOT holds) AS broken FROM chained
      ), last AS (
        SELECT number, id, hash FROM part ORDER BY number DESC, id DESC LIMIT 1
      )
      SELECT judged.lines, judged.broken, last.*, counter.audit_hash AS newest,
        (SELECT count(*) FROM chained WHERE broken IS NULL OR chained.number < broken) AS held
      FROM judged CROSS JOIN tollgate.change_counter counter LEFT JOIN last ON true
      """;

  /**
   * What a verification came to.
   *
   * @param checked how many lines follow from those before them, up to the first that does not
   * @param firstBroken the number of the first line that does not follow, or that is missing at the
   *     end; null where there is none
   */
  public record Verification(long checked, @Nullable Long firstBroken) {
    public boolean isValid() {
      return firstBroken == null;
    }
  }

  private AuditChain() {}

  /** Makes the whole chain anew in Postgres, some lines at a time, and compares. */
  public static Verification verify(BiFunction<String, Tuple, RowSet<Row>> postgres) {
    long checked = 0;
    Tuple place = Tuple.of(Long.MIN_VALUE, Long.MIN_VALUE, null, LINES_AT_ONCE);
    long newest = 0;
    @Nullable Buffer hash = null;
    while (true) {
      Row part = postgres.apply(PART, place).iterator().next();
      checked += part.getLong("held");
      @Nullable Long broken = part.getLong("broken");
      if (broken != null) {
        return new Verification(checked, broken);
      }
      if (part.getLong("number") != null) {
        newest = part.getLong("number");
        hash = part.getBuffer("hash");
      }
      if (part.getLong("lines") < LINES_AT_ONCE) {
        Buffer reached = hash == null ? Buffer.buffer() : hash;
        boolean isWhole = reached.equals(part.getBuffer("newest"));
        return new Verification(checked, isWhole ? null : newest + 1);
      }
      place = Tuple.of(newest, part.getLong("id"), hash, LINES_AT_ONCE);
    }
  }
}
