package io.tollgate.management.plan;

import io.tollgate.management.object.Fields;
import io.tollgate.management.wire.RequestBody;
import org.jspecify.annotations.Nullable;

/**
 * What a plan costs before anything is used, in its currency's smallest unit. Immutable.
 *
 * @param fee by the month; null where it can be had by the year only
 * @param annual by the year; null where it can't be had so
 * @param annualMonthly a twelfth of that, null with it
 */
record Fees(@Nullable Long fee, @Nullable Long annual, @Nullable Long annualMonthly) {
  static final Fees NONE = new Fees(0L, null, null);

  static final String FEE = "fee";
  static final String ANNUAL = "annual_fee";
  static final String ANNUAL_MONTHLY = "annual_monthly_fee";
  static final String ANNUAL_ONLY = "annual_only";

  private static final int MONTHS = 12;

  /** Reads what a body names; the rest is as before. */
  static Fees parse(RequestBody body, Fees before) {
    Fees annual = annual(body, before);
    boolean annualOnly = body.has(ANNUAL_ONLY) ? body.flag(ANNUAL_ONLY) : before.fee == null;
    if (!annualOnly) {
      return new Fees(monthly(body, before), annual.annual, annual.annualMonthly);
    }
    if (body.hasValue(FEE)) {
      String fee = String.valueOf(Whole.moneyOrNull(body, FEE));
      throw Fields.notOneOf(FEE, fee, "null in a plan that is annual only");
    }
    if (annual.annual == null) {
      throw body.missing(ANNUAL);
    }
    return annual;
  }

  private static Long monthly(RequestBody body, Fees before) {
    @Nullable Long fee = body.has(FEE) ? Whole.moneyOrNull(body, FEE) : before.fee;
    if (fee == null) {
      throw body.has(FEE)
          ? Fields.notOneOf(FEE, "null", "an amount where annual_only is not true")
          : body.missing(FEE);
    }
    return fee;
  }

  /** Returns the annual fees alone. */
  private static Fees annual(RequestBody body, Fees before) {
    if (!body.has(ANNUAL) && !body.has(ANNUAL_MONTHLY)) {
      return new Fees(null, before.annual, before.annualMonthly);
    }
    @Nullable Long annual = Whole.moneyOrNull(body, ANNUAL);
    @Nullable Long part = Whole.orNull(body, ANNUAL_MONTHLY, 0, Whole.MONEY_MAX / MONTHS);
    if (annual == null) {
      return new Fees(null, part == null ? null : part * MONTHS, part);
    }
    if (annual != (part == null ? annual / MONTHS : part) * MONTHS) {
      throw Fields.notOneOf(
          ANNUAL,
          annual.toString(),
          part == null ? "a multiple of " + MONTHS : "12 times annual_monthly_fee, " + part);
    }
    return new Fees(null, annual, annual / MONTHS);
  }

  /** Returns whether nobody pays unless he uses something. */
  boolean isFree() {
    return fee != null && fee == 0 && (annual == null || annual == 0);
  }
}
