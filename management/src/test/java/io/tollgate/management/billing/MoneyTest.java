package io.tollgate.management.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MoneyTest {
  @ParameterizedTest
  @CsvSource({"0, 2, 0.00", "5, 2, 0.05", "123456, 2, 1234.56", "500, 0, 500", "1, 3, 0.001"})
  void an_amount_is_written_with_the_digits_of_its_currency(
      BigInteger amount, int digits, String formatted) {
    assertThat(new Money(amount, new Currency("XXX", digits, "x")).formatted())
        .isEqualTo(formatted);
  }
}
