package io.tollgate.store;

import io.tollgate.plan.Credits;
import io.tollgate.plan.Meter;
import io.tollgate.plan.Period;
import io.tollgate.plan.Quota;
import org.jspecify.annotations.Nullable;

/**
 * What a plan says of an allowance, whoever's it is. Immutable.
 *
 * @param version of the plan
 * @param meter what uses it up
 * @param period in which it may be used, null for credits, which last
 * @param units how many the plan grants in a period, 0 for credits
 * @param hard whether what is beyond is refused
 * @param refill up to how many credits are filled up, 0 where they are not
 * @param refillPeriod how often
 */
public record AllowanceTerms(
    String version,
    Meter meter,
    @Nullable Period period,
    long units,
    boolean hard,
    long refill,
    @Nullable Period refillPeriod) {
  public static final String CREDITS = "credits";

  public static AllowanceTerms of(String version, Quota quota) {
    return new AllowanceTerms(
        version, quota.meter(), quota.period(), quota.units(), quota.hard(), 0, null);
  }

  public static AllowanceTerms of(String version, Credits credits) {
    return new AllowanceTerms(
        version, credits.meter(), null, 0, true, credits.refill(), credits.period());
  }

  /** Returns under which name an owner has the allowance. */
  public String name() {
    Period known = period;
    return known == null ? CREDITS : meter.text() + '/' + known.text();
  }

  /** Returns when the allowance's period began, in milliseconds since the epoch. */
  public long startMillis(long nowMillis) {
    Period known = period;
    return known == null ? 0 : known.startMillis(nowMillis);
  }

  /** Returns when it ends, {@link Long#MAX_VALUE} for credits. */
  public long endMillis(long nowMillis) {
    Period known = period;
    return known == null ? Long.MAX_VALUE : known.endMillis(nowMillis);
  }

  /** Returns when there will be more, {@link Long#MAX_VALUE} if nothing is said of it. */
  public long moreAtMillis(long nowMillis) {
    Period next = period == null ? refillPeriod : period;
    return next == null ? Long.MAX_VALUE : next.endMillis(nowMillis);
  }
}
