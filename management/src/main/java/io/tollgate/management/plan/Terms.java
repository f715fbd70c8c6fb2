package io.tollgate.management.plan;

import io.tollgate.access.Scopes;
import io.tollgate.management.key.KeyMembers;
import io.tollgate.management.object.Fields;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.plan.Credits;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Plan;
import io.tollgate.plan.Quota;
import io.tollgate.store.PlanText;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Arrays;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one version of a plan costs and allows. Immutable.
 *
 * @param trialDays how long it is free at first; null for not at all
 * @param unitPrices JSON, as it is kept
 * @param scopes those that keys may use; null for all that they have
 */
record Terms(
    Currency currency,
    Fees fees,
    @Nullable Long trialDays,
    String unitPrices,
    List<Limit> limits,
    List<Quota> quotas,
    @Nullable Credits credits,
    @Nullable List<String> scopes) {
  /** Of a plan of which nothing is said. */
  static final Terms NONE =
      new Terms(
          Currency.getInstance("USD"), Fees.NONE, null, "[]", List.of(), List.of(), null, null);

  private static final String CURRENCY = "currency";
  private static final String TRIAL_DAYS = "free_trial_days";
  private static final String SCOPES = "scopes";
  private static final int TRIAL_DAYS_MAX = 365;
  private static final int DIGITS_MAX = 4;

  /** The names of its members in requests. */
  static final Set<String> MEMBERS =
      Set.of(
          CURRENCY,
          Fees.FEE,
          Fees.ANNUAL,
          Fees.ANNUAL_MONTHLY,
          Fees.ANNUAL_ONLY,
          TRIAL_DAYS,
          UnitPrices.UNIT_PRICES,
          Limits.LIMITS,
          Quotas.QUOTAS,
          Quotas.CREDITS,
          SCOPES);

  /** Reads what a body names; the rest is as before. */
  static Terms parse(RequestBody body, Terms before) {
    return new Terms(
        body.has(CURRENCY) ? currency(body.text(CURRENCY)) : before.currency,
        Fees.parse(body, before.fees),
        body.has(TRIAL_DAYS) ? Whole.orNull(body, TRIAL_DAYS, 1, TRIAL_DAYS_MAX) : before.trialDays,
        body.has(UnitPrices.UNIT_PRICES) ? UnitPrices.parse(body) : before.unitPrices,
        body.has(Limits.LIMITS) ? Limits.parse(body) : before.limits,
        body.has(Quotas.QUOTAS) ? Quotas.parse(body) : before.quotas,
        body.has(Quotas.CREDITS) ? Quotas.credits(body) : before.credits,
        body.has(SCOPES) ? scopes(body) : before.scopes);
  }

  private static @Nullable List<String> scopes(RequestBody body) {
    return body.hasValue(SCOPES) ? KeyMembers.scopes(body.texts(SCOPES)) : null;
  }

  private static Currency currency(String code) {
    // Gold, for one, has a code and no smallest unit.
    return Currency.getAvailableCurrencies().stream()
        .filter(known -> known.getCurrencyCode().equals(code))
        .filter(known -> known.getDefaultFractionDigits() >= 0)
        .filter(known -> known.getDefaultFractionDigits() <= DIGITS_MAX)
        .findAny()
        .orElseThrow(
            () -> Fields.notOneOf(CURRENCY, code, "a currency of ISO 4217, such as USD or EUR"));
  }

  /** Reads a row of the table of versions. */
  static Terms of(Row row) {
    @Nullable String credits = row.getString(Quotas.CREDITS);
    String @Nullable [] scopes = row.getArrayOfStrings(SCOPES);
    return new Terms(
        Currency.getInstance(row.getString(CURRENCY)),
        new Fees(row.getLong(Fees.FEE), row.getLong(Fees.ANNUAL), row.getLong(Fees.ANNUAL_MONTHLY)),
        row.getLong(TRIAL_DAYS),
        row.getString(UnitPrices.UNIT_PRICES),
        PlanText.readLimits(new JsonArray(row.getString(Limits.LIMITS))),
        PlanText.readQuotas(new JsonArray(row.getString(Quotas.QUOTAS))),
        credits == null ? null : PlanText.readCredits(new JsonObject(credits)),
        scopes == null ? null : List.of(scopes));
  }

  /** The columns that are written, in the order of {@link #values}. */
  static final List<String> COLUMNS =
      List.of(
          CURRENCY,
          "currency_digits",
          "currency_symbol",
          Fees.FEE,
          Fees.ANNUAL,
          Fees.ANNUAL_MONTHLY,
          TRIAL_DAYS,
          UnitPrices.UNIT_PRICES,
          Limits.LIMITS,
          Quotas.QUOTAS,
          Quotas.CREDITS,
          SCOPES);

  /** Those of them that are JSON. */
  static final Set<String> JSON =
      Set.of(UnitPrices.UNIT_PRICES, Limits.LIMITS, Quotas.QUOTAS, Quotas.CREDITS);

  /** Appends its values to others. */
  Tuple values(Object... first) {
    Tuple values = Tuple.from(Arrays.asList(first));
    values
        .addString(currency.getCurrencyCode())
        .addInteger(currency.getDefaultFractionDigits())
        .addString(currency.getSymbol(Locale.US))
        .addLong(fees.fee())
        .addLong(fees.annual())
        .addLong(fees.annualMonthly())
        .addInteger(trialDays == null ? null : Math.toIntExact(trialDays))
        .addString(unitPrices)
        .addString(PlanText.write(limits).encode())
        .addString(PlanText.writeQuotas(quotas).encode())
        .addString(credits == null ? null : PlanText.write(credits).encode())
        .addArrayOfString(scopes == null ? null : scopes.toArray(String[]::new));
    return values;
  }

  /** Returns what the edge has to know of it. */
  Plan plan(String versionId) {
    return new Plan(versionId, limits, quotas, credits, scopes == null ? null : Scopes.of(scopes));
  }
}
