package io.tollgate.management.plan;

import io.tollgate.management.object.Fields;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.plan.Credits;
import io.tollgate.plan.Meter;
import io.tollgate.plan.Per;
import io.tollgate.plan.Period;
import io.tollgate.plan.Plan;
import io.tollgate.plan.Quota;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The quotas and credits of a plan, as requests name them. */
final class Quotas {
  static final String QUOTAS = "quotas";
  static final String CREDITS = "credits";

  private static final String PER = "per";
  private static final String METER = "meter";
  private static final String PERIOD = "period";
  private static final String UNITS = "units";
  private static final String HARD = "hard";
  private static final String REFILL = "refill";

  private Quotas() {}

  static List<Quota> parse(RequestBody body) {
    List<Quota> quotas = new ArrayList<>();
    for (RequestBody part : body.parts(QUOTAS, Plan.QUOTAS_MAX)) {
      part.allowOnly(Set.of(PER, METER, PERIOD, UNITS, HARD));
      Quota quota = quota(part);
      if (quotas.stream().anyMatch(other -> isSame(other, quota))) {
        throw ApiError.parameter(
            "form_param_value_invalid",
            "is invalid",
            part.named(PERIOD),
            part.named(PERIOD) + " is that of another quota of the same per and meter.");
      }
      quotas.add(quota);
    }
    return quotas;
  }

  /** Two of which the stricter one alone would count. */
  private static boolean isSame(Quota one, Quota other) {
    return one.per() == other.per()
        && one.meter() == other.meter()
        && one.period() == other.period();
  }

  private static Quota quota(RequestBody part) {
    return new Quota(
        per(part),
        meter(part),
        period(part),
        Whole.in(part, UNITS, 1, Quota.UNITS_MAX),
        !part.has(HARD) || part.flag(HARD));
  }

  private static Per per(RequestBody part) {
    String text = part.text(PER);
    return Per.of(text)
        .filter(per -> per != Per.PLAN)
        .orElseThrow(() -> Fields.notOneOf(part.named(PER), text, "key or subject"));
  }

  private static Meter meter(RequestBody part) {
    String text = part.text(METER);
    return Meter.of(text)
        .filter(meter -> meter != Meter.VERIFIED)
        .orElseThrow(() -> Fields.notOneOf(part.named(METER), text, "forwarded or completed"));
  }

  private static Period period(RequestBody part) {
    String text = part.text(PERIOD);
    return Period.of(text)
        .orElseThrow(() -> Fields.notOneOf(part.named(PERIOD), text, "day or month"));
  }

  /** Returns null where requests need no credits. */
  static @Nullable Credits credits(RequestBody body) {
    if (!body.hasValue(CREDITS)) {
      return null;
    }
    RequestBody part = body.part(CREDITS);
    part.allowOnly(Set.of(METER, REFILL, PERIOD));
    @Nullable Long refill = Whole.orNull(part, REFILL, 1, Quota.UNITS_MAX);
    if (refill == null && part.hasValue(PERIOD)) {
      throw part.missing(REFILL);
    }
    return refill == null
        ? new Credits(meter(part), 0, null)
        : new Credits(meter(part), refill, period(part));
  }
}
