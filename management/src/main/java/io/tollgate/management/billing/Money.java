package io.tollgate.management.billing;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * An amount as the contract spells it. Immutable.
 *
 * @param amount in the currency's smallest unit
 */
record Money(BigInteger amount, Currency currency) {
  /** Returns the amount in the currency's own unit, {@code 12.34} of 1234 cents. */
  String formatted() {
    return new BigDecimal(amount, currency.digits()).toPlainString();
  }

  void write(JsonGenerator out, String member) throws IOException {
    out.writeObjectFieldStart(member);
    out.writeNumberField("amount", amount);
    out.writeStringField("amount_formatted", formatted());
    out.writeStringField("currency", currency.code());
    out.writeStringField("currency_symbol", currency.symbol());
    out.writeEndObject();
  }
}
