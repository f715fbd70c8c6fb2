package io.tollgate.management.rating;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The prices that this product is known by, to the last cent, and prices that are none. */
class UnitPriceTest {
  private static final BigDecimal FREE = BigDecimal.ZERO;
  private static final BigDecimal CENT = BigDecimal.ONE;

  /** 1,000 creations are free, then each costs $0.001. */
  private static final UnitPrice CREATIONS =
      new UnitPrice(
          "key_creations", 10, List.of(new Tier(1, 100L, FREE), new Tier(101, null, CENT)));

  /** 100,000 verifications are free, then each costs $0.00001. */
  private static final UnitPrice VERIFICATIONS =
      new UnitPrice("verified", 1000, List.of(new Tier(1, 100L, FREE), new Tier(101, null, CENT)));

  private static BigInteger units(String text) {
    return new BigInteger(text);
  }

  @ParameterizedTest(name = "{0} creations")
  @CsvSource({
    "0, 0, 0",
    "1000, 0, 0",
    "1001, 0.1, 0",
    "1004, 0.4, 0",
    "1005, 0.5, 1",
    "100000, 9900, 9900",
    "100001, 9900.1, 9900",
    "1000000000, 99999900, 99999900",
    "9223372036854775807, 922337203685477480.7, 922337203685477481"
  })
  void creations_cost_a_tenth_of_a_cent_beyond_a_thousand(
      String units, String exact, String cents) {
    BigDecimal amount = CREATIONS.amount(units(units));
    assertThat(Amounts.text(amount)).isEqualTo(exact);
    assertThat(Amounts.whole(amount)).isEqualTo(cents);
  }

  @ParameterizedTest(name = "{0} verifications")
  @CsvSource({
    "0, 0, 0",
    "1000, 0, 0",
    "1001, 0, 0",
    "100000, 0, 0",
    "100001, 0.001, 0",
    "100499, 0.499, 0",
    "100500, 0.5, 1",
    "1000000000, 999900, 999900",
    "9223372036854775807, 9223372036854675.807, 9223372036854676"
  })
  void verifications_cost_a_thousandth_of_a_cent_beyond_a_hundred_thousand(
      String units, String exact, String cents) {
    BigDecimal amount = VERIFICATIONS.amount(units(units));
    assertThat(Amounts.text(amount)).isEqualTo(exact);
    assertThat(Amounts.whole(amount)).isEqualTo(cents);
  }

  @Test
  void what_is_free_is_a_line_as_well() {
    List<RatedTier> lines = VERIFICATIONS.rate(units("100001"));
    assertThat(lines).hasSize(2);
    RatedTier free = lines.getFirst();
    assertThat(free.fromUnit()).isEqualTo(1);
    assertThat(free.toUnit()).isEqualTo(100_000);
    assertThat(free.units()).isEqualTo(100_000);
    assertThat(free.amount()).isEqualByComparingTo(FREE);
    RatedTier paid = lines.getLast();
    assertThat(paid.fromUnit()).isEqualTo(100_001);
    assertThat(paid.toUnit()).isNull();
    assertThat(paid.units()).isEqualTo(1);
  }

  @Test
  void where_nothing_was_used_there_is_no_line() {
    assertThat(VERIFICATIONS.rate(BigInteger.ZERO)).isEmpty();
  }

  @Test
  void a_tier_may_end_where_no_long_reaches() {
    var price =
        new UnitPrice(
            "verified",
            1_000_000,
            List.of(new Tier(1, Long.MAX_VALUE - 1, FREE), new Tier(Long.MAX_VALUE, null, CENT)));
    assertThat(price.amount(BigInteger.TWO.pow(63))).isEqualByComparingTo(FREE);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, -10, 3, 6, 7, 999, Long.MAX_VALUE, Long.MIN_VALUE})
  void a_block_whose_parts_have_no_decimal_is_refused(long blockSize) {
    assertThatThrownBy(() -> new UnitPrice("verified", blockSize, CREATIONS.tiers()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("block_size must be")
        .hasMessageEndingWith("was " + blockSize);
  }

  @Test
  void tiers_that_do_not_fit_together_are_refused() {
    assertRefused("tiers must name one");
    assertRefused("starts_at_block must be 1", new Tier(2, null, CENT));
    assertRefused("starts_at_block must be 11", new Tier(1, 10L, CENT), new Tier(12, null, CENT));
    assertRefused("starts_at_block must be 11", new Tier(1, 10L, CENT), new Tier(10, null, CENT));
    assertRefused("ends_after_block must be null in the last", new Tier(1, 10L, CENT));
    assertRefused(
        "ends_after_block must be null in the last",
        new Tier(1, null, CENT),
        new Tier(2, null, CENT));
  }

  private static void assertRefused(String why, Tier... tiers) {
    assertThatThrownBy(() -> new UnitPrice("verified", 10, List.of(tiers)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(why);
  }

  @Test
  void a_tier_that_is_none_is_refused() {
    assertThatThrownBy(() -> new Tier(0, null, CENT)).hasMessageEndingWith("was 0");
    assertThatThrownBy(() -> new Tier(5, 4L, CENT)).hasMessageEndingWith("was 4");
    assertThatThrownBy(() -> new Tier(1, null, new BigDecimal("-0.01")))
        .hasMessageStartingWith("fee_per_block");
    assertThatThrownBy(() -> new Tier(1, null, new BigDecimal("1e999999999")))
        .hasMessageStartingWith("fee_per_block");
  }

  @Test
  void less_than_nothing_was_never_used() {
    assertThatThrownBy(() -> CREATIONS.rate(units("-1"))).hasMessageEndingWith("was -1");
  }
}
