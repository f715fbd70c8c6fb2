package io.tollgate.management.billing;

import io.tollgate.management.billing.UsageSearch.Grouping;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a sum of usage is spelled on the wire; made in Postgres, so that no number passes a float.
 */
final class UsageJson {
  /** The columns of the ledger that tell what an upstream answered. */
  static final List<String> STATUSES =
      List.of("status_1xx", "status_2xx", "status_3xx", "status_4xx", "status_5xx", "unanswered");

  private UsageJson() {}

  /**
   * Returns the expression that makes a row's object.
   *
   * @param meter the only one that is told, null for all
   */
  static String row(Grouping grouping, @Nullable Meter meter) {
    List<String> members = new ArrayList<>();
    members.add("'object', 'usage'");
    members.add("'start', (extract(epoch FROM page.start) * 1000)::bigint");
    members.add("'key_id', " + nameOf(grouping, Grouping.KEY));
    members.add("'subject', " + nameOf(grouping, Grouping.SUBJECT));
    members.add("'plan_id', " + nameOf(grouping, Grouping.PLAN));
    if (meter != null) {
      members.add("'meter', '" + meter.text() + "'");
      members.add("'units', page." + meter.text());
    } else {
      for (Meter one : Meter.values()) {
        members.add("'" + one.text() + "', page." + one.text());
      }
      members.add("'by_status', json_build_object(" + statuses() + ")");
    }
    return "json_build_object(" + String.join(", ", members) + ")";
  }

  private static String nameOf(Grouping grouping, Grouping wanted) {
    return grouping == wanted ? "page.name" : "NULL::text";
  }

  private static String statuses() {
    return String.join(
        ", ",
        STATUSES.stream()
            .map(column -> "'" + column.replace("status_", "") + "', page." + column)
            .toList());
  }
}
