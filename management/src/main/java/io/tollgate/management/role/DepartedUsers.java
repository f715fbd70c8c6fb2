package io.tollgate.management.role;

import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Forgets who those were whom their directories have deleted, when that was long enough ago. What
 * stays are ids, when he departed, and by what he is known to whom bills go; the audit stays as it
 * is, since each of its lines is bound to the one before. Confined to one thread.
 */
public final class DepartedUsers {
  /** How many one change forgets: each has a line of the audit. */
  static final int AT_ONCE = 20;

  private static final Origin SCHEDULE = new Origin("schedule", "none");

  /** Of several managements one is at it at a time: all would do the same. */
  private static final String TURN =
      "SELECT pg_try_advisory_xact_lock(hashtextextended('departed users', 0)) AS is_mine";

  private static final String NEXT =
      """
      SELECT u.id, u.email_addresses, u.departed_as, d.connection_id FROM tollgate.app_user u
      LEFT JOIN tollgate.directory d ON d.id = u.directory_id
      WHERE u.departed_at <= $1 AND u.cleared_at IS NULL
      ORDER BY u.departed_at, u.id LIMIT $2 OFFSET $3
      """;

  /** Whom another one is at is left to him. */
  private static final String CLEAR =
      """
      UPDATE tollgate.app_user SET cleared_at = now(), updated_at = now(), first_name = NULL,
        last_name = NULL, username = NULL, external_id = NULL, email_addresses = '{}',
        departed_as = '{}', public_metadata = '{}', unsafe_metadata = '{}',
        private_metadata = CASE WHEN private_metadata ->> 'stripe_customer_id' IS NULL
          THEN '{}' ELSE json_build_object(
            'stripe_customer_id', private_metadata -> 'stripe_customer_id') END
      WHERE id IN (
        SELECT id FROM tollgate.app_user WHERE id = ANY($1::text[]) AND cleared_at IS NULL
        ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
      RETURNING id
      """;

  private static final String LOCK_MEMBERSHIPS =
      """
      SELECT FROM tollgate.membership WHERE user_id = ANY($1::text[])
      ORDER BY user_id, organization_id FOR NO KEY UPDATE
      """;

  private static final String CLEAR_MEMBERSHIPS =
      """
      UPDATE tollgate.membership SET public_metadata = '{}', private_metadata = '{}'
      WHERE user_id = ANY($1::text[])
      """;

  private final Transactions transactions;
  private final Duration retention;
  private final InstantSource clock;

  /** Fewer after what has failed, until it is known who is in the way. */
  private int atOnce = AT_ONCE;

  /** How many are put off who could not be forgotten; all others come before them. */
  private int putOff;

  /**
   * Somebody who was forgotten, as logs may know him.
   *
   * @param connectionId null where his directory is gone, too
   * @param names by which he was known there
   */
  public record Forgotten(String userId, @Nullable String connectionId, List<String> names) {}

  /** What forgets somebody wherever else he stands; it may be asked again for the same. */
  public interface Elsewhere {
    /** Does some of it; returns whether all is done, else it is to be asked again. */
    boolean forget(Change change, List<Forgotten> some);

    /** Says that what was done last has not come to be: it has to begin anew. */
    void undone();
  }

  /**
   * Makes it.
   *
   * @param retention how long somebody is remembered
   */
  public DepartedUsers(Transactions transactions, Duration retention, InstantSource clock) {
    this.transactions = transactions;
    this.retention = retention;
    this.clock = clock;
  }

  /**
   * Forgets some who are due; returns whether there may be more. Where that fails, fewer are tried
   * by the next call, and who can't be forgotten alone is put off until all others are.
   */
  public boolean clear(Elsewhere elsewhere) {
    try {
      boolean isMore = transactions.change(change -> clear(change, elsewhere));
      atOnce = Math.min(AT_ONCE, 2 * atOnce);
      return isMore;
    } catch (RuntimeException e) {
      elsewhere.undone();
      if (atOnce == 1) {
        putOff++;
      }
      atOnce = Math.max(1, atOnce / 2);
      throw e;
    }
  }

  private boolean clear(Change change, Elsewhere elsewhere) {
    if (!change.execute(TURN, Tuple.tuple()).iterator().next().getBoolean("is_mine")) {
      return false;
    }
    List<Forgotten> some = next(change);
    if (some.isEmpty()) {
      boolean isAnyPutOff = putOff > 0;
      putOff = 0;
      return isAnyPutOff;
    }
    // First, since nobody knows any more afterwards by what he is to be looked for.
    if (!elsewhere.forget(change, some)) {
      return true;
    }
    return clear(change, some) && some.size() == atOnce;
  }

  private List<Forgotten> next(Change change) {
    OffsetDateTime before = clock.instant().minus(retention).atOffset(ZoneOffset.UTC);
    List<Forgotten> some = new ArrayList<>();
    for (Row row : change.execute(NEXT, Tuple.of(before, atOnce, putOff))) {
      List<String> names = new ArrayList<>(List.of(row.getArrayOfStrings("email_addresses")));
      names.addAll(List.of(row.getArrayOfStrings("departed_as")));
      some.add(new Forgotten(row.getString("id"), row.getString("connection_id"), names));
    }
    return some;
  }

  private static boolean clear(Change change, List<Forgotten> some) {
    String[] ids = some.stream().map(Forgotten::userId).toArray(String[]::new);
    List<String> cleared =
        change.execute(CLEAR, Tuple.tuple().addArrayOfString(ids)).stream()
            .map(row -> row.getString("id"))
            .toList();
    if (cleared.isEmpty()) {
      return false;
    }
    Tuple all = Tuple.tuple().addArrayOfString(cleared.toArray(String[]::new));
    change.execute(LOCK_MEMBERSHIPS, all);
    change.execute(CLEAR_MEMBERSHIPS, all);
    List<AuditEntry> lines =
        cleared.stream().map(id -> SCHEDULE.entry("user.forget", id, null, null)).toList();
    change.record(lines);
    return true;
  }
}
