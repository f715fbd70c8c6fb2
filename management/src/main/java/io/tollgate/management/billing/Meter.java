package io.tollgate.management.billing;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What is counted of each use. All are counted always; a plan bills those that it names. */
enum Meter {
  KEY_CREATIONS("key_creations", "keys_created"),
  /** A valid key, whatever became of its request then. */
  VERIFIED("verified", "verified"),
  /** Reached the upstream, whatever it answered. */
  FORWARDED(
      "forwarded", "status_1xx + status_2xx + status_3xx + status_4xx + status_5xx + unanswered"),
  /** Answered by the upstream, and not by a failure of its own. */
  COMPLETED("completed", "status_1xx + status_2xx + status_3xx + status_4xx"),
  /** Refused by a limit or a quota: told, and billed by no plan. */
  REFUSED("refused", "refused");

  /** Those that a plan may bill. */
  static final List<Meter> BILLED = List.of(KEY_CREATIONS, VERIFIED, FORWARDED, COMPLETED);

  private final String text;
  private final String columns;

  Meter(String text, String columns) {
    this.text = text;
    this.columns = columns;
  }

  String text() {
    return text;
  }

  /** Returns the sum of its columns in the ledger, as an expression. */
  String columns() {
    return columns;
  }

  static Optional<Meter> of(String text) {
    return Arrays.stream(values()).filter(meter -> meter.text.equals(text)).findFirst();
  }

  static List<String> texts() {
    return Arrays.stream(values()).map(Meter::text).toList();
  }
}
