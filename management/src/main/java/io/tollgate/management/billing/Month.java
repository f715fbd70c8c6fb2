package io.tollgate.management.billing;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Pattern;

/** A calendar month in UTC, which statements are made of. Immutable. */
record Month(YearMonth month) implements Comparable<Month> {
  static final int YEAR_MAX = 2099;

  /**
   * How long after its end a month goes on growing: the ledger adds to an hour until it is two days
   * old, and an hour more is for clocks that differ.
   */
  static final Duration GRACE = Duration.ofHours(49);

  private static final Pattern SHAPE = Pattern.compile("20[0-9]{2}-(0[1-9]|1[0-2])");

  static Optional<Month> of(String text) {
    return SHAPE.matcher(text).matches()
        ? Optional.of(new Month(YearMonth.parse(text)))
        : Optional.empty();
  }

  static Month of(LocalDate day) {
    return new Month(YearMonth.from(day));
  }

  static Month at(Instant now) {
    return new Month(YearMonth.from(now.atOffset(ZoneOffset.UTC)));
  }

  Month next() {
    return new Month(month.plusMonths(1));
  }

  LocalDate firstDay() {
    return month.atDay(1);
  }

  OffsetDateTime start() {
    return firstDay().atStartOfDay().atOffset(ZoneOffset.UTC);
  }

  OffsetDateTime end() {
    return next().start();
  }

  /** Returns from when on nothing of it changes any more. */
  OffsetDateTime closesAt() {
    return end().plus(GRACE);
  }

  boolean isClosed(Instant now) {
    return !now.isBefore(closesAt().toInstant());
  }

  @Override
  public int compareTo(Month other) {
    return month.compareTo(other.month);
  }

  /** Returns it as the wire spells it, {@code 2026-11}. */
  @Override
  public String toString() {
    return month.toString();
  }
}
