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
 * is, since each of its lines is bound to the one before. Safe for all virtual threads.
 */
public final class DepartedUsers {
  /** How many one change forgets: each has a line of the audit. */
  static final int AT_ONCE = 20;

  private static final Origin SCHEDULE = new Origin("schedule", "none");

  private static final String NEXT =
      """
      SELECT u.id, u.email_addresses, u.departed_as, d.connection_id FROM tollgate.app_user u
      LEFT JOIN tollgate.directory d ON d.id = u.directory_id
      WHERE u.departed_at <= $1 AND u.cleared_at IS NULL ORDER BY u.departed_at LIMIT $2
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

  private static final String CLEAR_MEMBERSHIPS =
      """
      UPDATE tollgate.membership SET public_metadata = '{}', private_metadata = '{}'
      WHERE user_id = ANY($1::text[])
      """;

  private final Transactions transactions;
  private final Duration retention;
  private final InstantSource clock;

  /**
   * Somebody who was forgotten, as logs may know him.
   *
   * @param connectionId null where his directory is gone, too
   * @param names by which he was known there
   */
  public record Forgotten(String userId, @Nullable String connectionId, List<String> names) {}

  /** What forgets somebody wherever else he stands; it may be asked again for the same. */
  public interface Elsewhere {
    void forget(List<Forgotten> some);
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

  /** Forgets some who are due; returns whether there may be more. */
  public boolean clear(Elsewhere elsewhere) {
    OffsetDateTime before = clock.instant().minus(retention).atOffset(ZoneOffset.UTC);
    List<Forgotten> some = new ArrayList<>();
    for (Row row : transactions.read(NEXT, Tuple.of(before, AT_ONCE))) {
      List<String> names = new ArrayList<>(List.of(row.getArrayOfStrings("email_addresses")));
      names.addAll(List.of(row.getArrayOfStrings("departed_as")));
      some.add(new Forgotten(row.getString("id"), row.getString("connection_id"), names));
    }
    if (some.isEmpty()) {
      return false;
    }
    // First, since nobody knows any more afterwards by what he is to be looked for.
    elsewhere.forget(some);
    boolean isAnyCleared = transactions.change(change -> clear(change, some));
    return isAnyCleared && some.size() == AT_ONCE;
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
    change.execute(CLEAR_MEMBERSHIPS, all);
    List<AuditEntry> lines =
        cleared.stream().map(id -> SCHEDULE.entry("user.forget", id, null, null)).toList();
    change.record(lines);
    return true;
  }
}
