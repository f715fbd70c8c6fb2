package io.tollgate.management.billing;

import java.util.Optional;

/**
 * A statement's name, which is made of what it is of: so it is the same before and after it is
 * closed, and whoever knows payer and month knows it. Immutable.
 */
record StatementId(String payer, Month month) {
  private static final String PREFIX = "stmt_";
  private static final int MONTH_LENGTH = "202611".length();

  static StatementId of(String payer, Month month) {
    return new StatementId(payer, month);
  }

  /** Returns what the text names, nothing if it is no such name. */
  static Optional<StatementId> parse(String text) {
    int payerAt = PREFIX.length() + MONTH_LENGTH + 1;
    if (!text.startsWith(PREFIX) || text.length() <= payerAt || text.charAt(payerAt - 1) != '_') {
      return Optional.empty();
    }
    String digits = text.substring(PREFIX.length(), payerAt - 1);
    String payer = text.substring(payerAt);
    return Asked.isPayer(payer)
        ? Month.of(digits.substring(0, 4) + '-' + digits.substring(4))
            .map(month -> new StatementId(payer, month))
        : Optional.empty();
  }

  String text() {
    return PREFIX + month.toString().replace("-", "") + '_' + payer;
  }
}
