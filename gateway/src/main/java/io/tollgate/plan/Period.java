package io.tollgate.plan;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The spans of time by which a quota begins anew, in UTC. */
public enum Period {
  DAY,
  MONTH;

  private final String text = name().toLowerCase(Locale.ROOT);

  /** Returns the word as it stands in requests, records and tables. */
  public String text() {
    return text;
  }

  public static Optional<Period> of(String text) {
    return Arrays.stream(values()).filter(period -> period.text.equals(text)).findFirst();
  }

  /** Returns when the span began that a time lies in, both in milliseconds since the epoch. */
  public long startMillis(long millis) {
    return start(millis).toInstant().toEpochMilli();
  }

  /** Returns when the next span begins after a time. */
  public long endMillis(long millis) {
    ZonedDateTime start = start(millis);
    return (this == DAY ? start.plusDays(1) : start.plusMonths(1)).toInstant().toEpochMilli();
  }

  private ZonedDateTime start(long millis) {
    ZonedDateTime day =
        Instant.ofEpochMilli(millis).atZone(ZoneOffset.UTC).truncatedTo(ChronoUnit.DAYS);
    return this == DAY ? day : day.withDayOfMonth(1);
  }
}
