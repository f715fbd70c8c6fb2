package io.tollgate.management.connection;

import io.tollgate.management.audit.Change;
import io.tollgate.management.role.DepartedUsers;
import io.tollgate.management.role.DepartedUsers.Forgotten;
import io.vertx.core.json.Json;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of the logs of connections what tells who somebody was. That there was an exchange, by
 * which code and when, stays. It goes on where it has come to, since a log may be long. Confined to
 * one thread.
 */
final class LogErasure implements DepartedUsers.Elsewhere {
  /** What is shorter may stand in any line. */
  private static final int NAME_MIN = 4;

  /** How many lines one statement reads through. */
  static final int READ_AT_ONCE = 100;

  /** How much of them it looks at, but for the first one, which may be longer. */
  private static final int BYTES_AT_ONCE = 256 * 1024;

  /** After so long others are let in, who wait for the same connection or thread. */
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  private static final String ERASED =
      "'{\"message\": \"The line was of somebody who was deleted.\"}'";

  private static final String OF_USERS =
      "UPDATE tollgate.connection_log SET detail = " + ERASED + " WHERE user_id = ANY($1::text[])";

  /**
   * Lines that know of nobody here, such as those of what was looked for or refused. A member's own
   * name is nobody's: it loses the quotation mark at its end.
   */
  private static final String OF_NAMES =
      """
      WITH next AS MATERIALIZED (
        SELECT id, user_id, detail::text AS told FROM tollgate.connection_log
        WHERE connection_id = $1 AND id < $2 ORDER BY id DESC LIMIT $4
      ), part AS MATERIALIZED (
        SELECT id, user_id, replace(lower(told), '":', ':') AS told FROM (
          SELECT *, sum(octet_length(told)) OVER (ORDER BY id DESC) - octet_length(told) AS ahead
          FROM next) n
        WHERE ahead < $5
      ), erased AS (
        UPDATE tollgate.connection_log l SET detail = %s FROM part
        WHERE l.id = part.id AND part.user_id IS NULL
          AND EXISTS (SELECT FROM unnest($3::text[]) name WHERE strpos(part.told, name) > 0)
      )
      SELECT min(id) AS reached, count(*) AS count FROM part
      """
          .formatted(ERASED);

  private final Duration atOnce;

  private List<Forgotten> some = List.of();

  /** Which connections' logs are to be read yet, and for which names. */
  private final Map<String, List<String>> left = new LinkedHashMap<>();

  /** Before which line it goes on in the log of the first one. */
  private long before;

  LogErasure() {
    this(AT_ONCE);
  }

  /** Makes one that reads no longer than that by one call, but a part at least. */
  LogErasure(Duration atOnce) {
    this.atOnce = atOnce;
  }

  @Override
  public boolean forget(Change change, List<Forgotten> wanted) {
    if (!some.equals(wanted)) {
      begin(change, wanted);
    }
    long startNanos = System.nanoTime();
    while (!left.isEmpty()) {
      Map.Entry<String, List<String>> first = left.entrySet().iterator().next();
      if (!readPart(change, first.getKey(), first.getValue())) {
        left.remove(first.getKey());
        before = Long.MAX_VALUE;
      }
      if (System.nanoTime() - startNanos >= atOnce.toNanos()) {
        return left.isEmpty();
      }
    }
    return true;
  }

  @Override
  public void undone() {
    some = List.of();
    left.clear();
  }

  private void begin(Change change, List<Forgotten> wanted) {
    undone();
    String[] ids = wanted.stream().map(Forgotten::userId).toArray(String[]::new);
    change.execute(OF_USERS, Tuple.tuple().addArrayOfString(ids));
    for (Forgotten each : wanted) {
      @Nullable String connection = each.connectionId();
      List<String> spelled = spelled(each);
      if (connection != null && !spelled.isEmpty()) {
        left.computeIfAbsent(connection, absent -> new ArrayList<>()).addAll(spelled);
      }
    }
    some = wanted;
    before = Long.MAX_VALUE;
  }

  /** As they may stand in a body, or in an address. */
  private static List<String> spelled(Forgotten one) {
    return one.names().stream()
        .filter(name -> name.length() >= NAME_MIN)
        .flatMap(LogErasure::spelled)
        .map(name -> name.toLowerCase(Locale.ROOT))
        .distinct()
        .toList();
  }

  /** An address is nobody else's wherever it stands; another name may be a part of any word. */
  private static Stream<String> spelled(String name) {
    if (name.contains("@")) {
      return Stream.of(name, name.replace("@", "%40"));
    }
    String quoted = Json.encode(name);
    String quotedInText = Json.encode(quoted);
    return Stream.of(
        quoted,
        quotedInText.substring(1, quotedInText.length() - 1),
        "%22" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20") + "%22");
  }

  /** Returns whether there was anything left to be read. */
  private boolean readPart(Change change, String connectionId, List<String> names) {
    Tuple part =
        Tuple.of(connectionId, before)
            .addArrayOfString(names.toArray(String[]::new))
            .addInteger(READ_AT_ONCE)
            .addInteger(BYTES_AT_ONCE);
    Row row = change.execute(OF_NAMES, part).iterator().next();
    if (row.getLong("count") == 0) {
      return false;
    }
    before = row.getLong("reached");
    return true;
  }
}
