package io.tollgate.management.billing;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How long the spans are that usage is summed up in, all in UTC. */
enum Granularity {
  MINUTE(ChronoUnit.MINUTES, "usage_minute", Duration.ofHours(1), Duration.ofHours(24)),
  HOUR(ChronoUnit.HOURS, "usage_hour", Duration.ofDays(1), Duration.ofDays(31)),
  DAY(ChronoUnit.DAYS, "usage_hour", Duration.ofDays(30), Duration.ofDays(366)),
  MONTH(ChronoUnit.MONTHS, "usage_hour", Duration.ofDays(366), Duration.ofDays(1_200));

  private final ChronoUnit unit;
  private final String table;
  private final Duration usual;
  private final Duration most;

  Granularity(ChronoUnit unit, String table, Duration usual, Duration most) {
    this.unit = unit;
    this.table = table;
    this.usual = usual;
    this.most = most;
  }

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the table of the ledger that its sums are made of. */
  String table() {
    return table;
  }

  /** Returns the name of the table's time. */
  String column() {
    return this == MINUTE ? "minute" : "hour";
  }

  /** Returns how far back is looked where nothing else is asked for. */
  Duration usual() {
    return usual;
  }

  /** Returns how much may be asked for at once. */
  Duration most() {
    return most;
  }

  /** Returns where the span begins that the time is in. */
  OffsetDateTime floor(OffsetDateTime time) {
    return unit == ChronoUnit.MONTHS
        ? time.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1)
        : time.truncatedTo(unit);
  }

  /** Returns where the span ends that the time is in, itself where none begins before it. */
  OffsetDateTime ceiling(OffsetDateTime time) {
    OffsetDateTime floor = floor(time);
    return floor.equals(time) ? time : floor.plus(1, unit);
  }

  static Optional<Granularity> of(String text) {
    return Arrays.stream(values()).filter(one -> one.text().equals(text)).findFirst();
  }

  static List<String> texts() {
    return Arrays.stream(values()).map(Granularity::text).toList();
  }
}
