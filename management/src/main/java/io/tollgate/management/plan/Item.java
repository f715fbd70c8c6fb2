package io.tollgate.management.plan;

import io.vertx.sqlclient.Row;
import java.time.OffsetDateTime;

/** One item of a subscription: a version of a plan, and the period that runs. Immutable. */
record Item(
    String id,
    String planId,
    String versionId,
    Cycle cycle,
    String status,
    boolean isFreeTrial,
    OffsetDateTime anchor,
    OffsetDateTime start,
    OffsetDateTime end) {
  static final String PREFIX = "csubitem_";

  static final String ACTIVE = "active";

  /** It ends with its period, and holds until then. */
  static final String CANCELED = "canceled";

  /** It follows one that holds yet. */
  static final String UPCOMING = "upcoming";

  static final String ENDED = "ended";

  /** Reads a row of the table of items. */
  static Item of(Row row) {
    return new Item(
        row.getString("id"),
        row.getString("plan_id"),
        row.getString("version_id"),
        Cycle.of(row.getString("plan_period")).orElseThrow(),
        row.getString("status"),
        row.getBoolean("is_free_trial"),
        row.getOffsetDateTime("anchor_at"),
        row.getOffsetDateTime("period_start"),
        row.getOffsetDateTime("period_end"));
  }

  boolean is(String wanted) {
    return status.equals(wanted);
  }
}
