package io.tollgate.management.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.OffsetDateTime;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Periods are counted from where the first one began. */
class CycleTest {
  @ParameterizedTest
  @CsvSource({
    "MONTH, 2027-01-31, 2027-01-31, 2027-02-28",
    "MONTH, 2027-01-31, 2027-02-28, 2027-03-31",
    "MONTH, 2027-01-31, 2027-03-31, 2027-04-30",
    "MONTH, 2027-01-31, 2028-01-31, 2028-02-29",
    "MONTH, 2027-01-30, 2027-02-28, 2027-03-30",
    "MONTH, 2027-01-15, 2027-12-15, 2028-01-15",
    "ANNUAL, 2028-02-29, 2028-02-29, 2029-02-28",
    "ANNUAL, 2028-02-29, 2029-02-28, 2030-02-28",
    "ANNUAL, 2028-02-29, 2031-02-28, 2032-02-29",
  })
  void a_period_ends_where_the_calendar_of_its_anchor_says(
      Cycle cycle, String anchor, String start, String end) {
    assertThat(cycle.end(at(anchor), at(start))).isEqualTo(at(end));
  }

  private static OffsetDateTime at(String day) {
    return OffsetDateTime.parse(day + "T10:30:00Z");
  }
}
