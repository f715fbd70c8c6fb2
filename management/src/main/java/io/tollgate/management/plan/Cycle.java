package io.tollgate.management.plan;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How long a period of a subscription is. */
enum Cycle {
  MONTH(1),
  ANNUAL(12);

  private final String text = name().toLowerCase(Locale.ROOT);
  private final int months;

  Cycle(int months) {
    this.months = months;
  }

  String text() {
    return text;
  }

  static Optional<Cycle> of(String text) {
    return Arrays.stream(values()).filter(cycle -> cycle.text.equals(text)).findFirst();
  }

  /**
   * Returns the end of the period that begins at a time. It is counted from the anchor, so that
   * what began on the 31st ends on the 28th of February, and on the 31st of March again.
   */
  OffsetDateTime end(OffsetDateTime anchor, OffsetDateTime start) {
    OffsetDateTime first = anchor.withOffsetSameInstant(ZoneOffset.UTC);
    OffsetDateTime from = start.withOffsetSameInstant(ZoneOffset.UTC);
    long periods = ChronoUnit.MONTHS.between(first, from) / months;
    OffsetDateTime end = first.plusMonths(periods * months);
    while (!end.isAfter(from)) {
      periods++;
      end = first.plusMonths(periods * months);
    }
    return end;
  }
}
