package io.tollgate.management.rating;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.IntRange;

/** What is true of any price and any number of units. */
class RatingPropertiesTest {
  private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);

  /** Prices of few units a block, so that some hundred units reach several tiers. */
  @Provide
  Arbitrary<UnitPrice> prices() {
    Arbitrary<Long> sizes = Arbitraries.of(1L, 2L, 4L, 5L, 8L, 10L, 16L, 25L, 40L, 100L, 1000L);
    Arbitrary<List<Integer>> lengths = Arbitraries.integers().between(1, 12).list().ofMaxSize(5);
    Arbitrary<List<BigDecimal>> fees =
        Arbitraries.bigDecimals()
            .between(BigDecimal.ZERO, new BigDecimal("999.99"))
            .ofScale(5)
            .list()
            .ofSize(6);
    return Combinators.combine(sizes, lengths, fees).as(RatingPropertiesTest::price);
  }

  private static UnitPrice price(long size, List<Integer> lengths, List<BigDecimal> fees) {
    List<Tier> tiers = new ArrayList<>();
    long start = 1;
    for (int i = 0; i < lengths.size(); i++) {
      tiers.add(new Tier(start, start + lengths.get(i) - 1, fees.get(i)));
      start += lengths.get(i);
    }
    tiers.add(new Tier(start, null, fees.get(lengths.size())));
    return new UnitPrice("verified", size, tiers);
  }

  @Property
  void each_unit_costs_what_it_costs_by_itself(
      @ForAll("prices") UnitPrice price, @ForAll @IntRange(max = 400) int units) {
    BigDecimal amount = price.amount(BigInteger.valueOf(units));
    assertThat(UnitByUnit.price(price, units).isSame(amount))
        .as(units + " units by " + price + " cost " + amount)
        .isTrue();
  }

  @Property
  void more_units_never_cost_less(
      @ForAll("prices") UnitPrice price,
      @ForAll @BigRange(min = "0", max = "9223372036854775807") BigInteger units,
      @ForAll @BigRange(min = "0", max = "100000") BigInteger more) {
    assertThat(price.amount(units.add(more))).isGreaterThanOrEqualTo(price.amount(units));
  }

  @Property
  void all_units_stand_in_a_line_and_the_lines_are_the_amount(
      @ForAll("prices") UnitPrice price,
      @ForAll @BigRange(min = "0", max = "9223372036854775807") BigInteger units) {
    List<RatedTier> lines = price.rate(units);
    BigInteger counted = BigInteger.ZERO;
    BigDecimal amount = BigDecimal.ZERO;
    for (RatedTier line : lines) {
      assertThat(line.fromUnit()).isEqualTo(counted.add(BigInteger.ONE));
      counted = counted.add(line.units());
      assertThat(line.toUnit() == null || counted.compareTo(line.toUnit()) <= 0).isTrue();
      amount = amount.add(line.amount());
    }
    assertThat(counted).isEqualTo(units);
    assertThat(amount).isEqualByComparingTo(price.amount(units));
  }

  /** What one batch adds is what the bill says after it, less what it said before. */
  @Property
  void it_changes_nothing_in_how_many_batches_units_came(
      @ForAll("prices") UnitPrice price,
      @ForAll List<@BigRange(min = "0", max = "5000") BigInteger> batches) {
    BigInteger units = BigInteger.ZERO;
    BigDecimal sum = BigDecimal.ZERO;
    for (BigInteger batch : batches) {
      BigDecimal before = price.amount(units);
      units = units.add(batch);
      sum = sum.add(price.amount(units).subtract(before));
    }
    assertThat(sum).isEqualByComparingTo(price.amount(units));
  }

  @Property
  void the_spelling_of_an_amount_is_the_amount(
      @ForAll("prices") UnitPrice price,
      @ForAll @BigRange(min = "0", max = "9223372036854775807") BigInteger units) {
    BigDecimal amount = price.amount(units);
    String text = Amounts.text(amount);
    assertThat(new BigDecimal(text)).isEqualByComparingTo(amount);
    assertThat(text).matches("0|[1-9][0-9]*|(0|[1-9][0-9]*)\\.[0-9]*[1-9]");
  }

  @Property
  void a_total_is_rounded_half_up_to_the_nearest_whole_one(
      @ForAll("prices") UnitPrice price, @ForAll @IntRange(max = 100_000) int units) {
    BigDecimal amount = price.amount(BigInteger.valueOf(units));
    BigDecimal away = new BigDecimal(Amounts.whole(amount)).subtract(amount);
    assertThat(away).isGreaterThan(new BigDecimal("-0.5"));
    assertThat(away).isLessThanOrEqualTo(new BigDecimal("0.5"));
  }

  @Property
  void no_number_of_units_is_too_many(
      @ForAll("prices") UnitPrice price,
      @ForAll @BigRange(min = "0", max = "1000") BigInteger below) {
    BigInteger units = LONG_MAX.subtract(below);
    BigDecimal last = price.tiers().getLast().feePerBlock();
    BigDecimal one = last.divide(BigDecimal.valueOf(price.blockSize()));
    assertThat(price.amount(units.add(BigInteger.ONE)).subtract(price.amount(units)))
        .isEqualByComparingTo(one);
  }
}
