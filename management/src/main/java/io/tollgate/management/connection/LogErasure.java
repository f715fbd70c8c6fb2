package io.tollgate.management.connection;

import io.tollgate.management.audit.Transactions;
import io.tollgate.management.role.DepartedUsers.Forgotten;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of the logs of connections what tells who somebody was. That there was an exchange, by
 * which code and when, stays.
 */
final class LogErasure {
  /** What is shorter may stand in any line. */
  private static final int NAME_MIN = 4;

  /** How many lines one statement reads through. */
  static final int READ_AT_ONCE = 1_000;

  private static final String ERASED =
      "'{\"message\": \"The line was of somebody who was deleted.\"}'";

  private static final String OF_USERS =
      "UPDATE tollgate.connection_log SET detail = " + ERASED + " WHERE user_id = ANY($1::text[])";

  /** Lines that know of nobody here, such as those of what was looked for or refused. */
  private static final String OF_NAMES =
      """
      WITH part AS MATERIALIZED (
        SELECT id, user_id, lower(detail::text) AS told FROM tollgate.connection_log
        WHERE connection_id = $1 AND id < $2 ORDER BY id DESC LIMIT $4
      ), erased AS (
        UPDATE tollgate.connection_log l SET detail = %s FROM part
        WHERE l.id = part.id AND part.user_id IS NULL
          AND EXISTS (SELECT FROM unnest($3::text[]) name WHERE strpos(part.told, name) > 0)
      )
      SELECT min(id) AS reached, count(*) AS count FROM part
      """
          .formatted(ERASED);

  private LogErasure() {}

  static void forget(Transactions transactions, List<Forgotten> some) {
    String[] ids = some.stream().map(Forgotten::userId).toArray(String[]::new);
    transactions.note(OF_USERS, Tuple.tuple().addArrayOfString(ids));
    Map<String, List<String>> names = new HashMap<>();
    for (Forgotten each : some) {
      @Nullable String connection = each.connectionId();
      if (connection != null) {
        names.computeIfAbsent(connection, absent -> new ArrayList<>()).addAll(spelled(each));
      }
    }
    names.forEach((connection, all) -> forget(transactions, connection, all));
  }

  /** As they may stand in a body, or in an address. */
  private static List<String> spelled(Forgotten one) {
    return one.names().stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .filter(name -> name.length() >= NAME_MIN)
        .flatMap(name -> Stream.of(name, name.replace("@", "%40")))
        .distinct()
        .toList();
  }

  private static void forget(Transactions transactions, String connectionId, List<String> names) {
    String[] all = names.toArray(String[]::new);
    long before = Long.MAX_VALUE;
    long count = all.length == 0 ? 0 : READ_AT_ONCE;
    while (count == READ_AT_ONCE) {
      Tuple part = Tuple.of(connectionId, before).addArrayOfString(all).addInteger(READ_AT_ONCE);
      Row row = transactions.note(OF_NAMES, part).iterator().next();
      count = row.getLong("count");
      before = count == 0 ? before : row.getLong("reached");
    }
  }
}
