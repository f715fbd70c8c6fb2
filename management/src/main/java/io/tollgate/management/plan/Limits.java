package io.tollgate.management.plan;

import io.tollgate.management.object.Fields;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Per;
import io.tollgate.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** The limits of a plan, as requests name them. */
final class Limits {
  static final String LIMITS = "limits";

  private static final String PER = "per";
  private static final String UNITS = "units";
  private static final String WINDOW = "window_seconds";
  private static final String BURST = "burst";

  private Limits() {}

  static List<Limit> parse(RequestBody body) {
    List<Limit> limits = new ArrayList<>();
    for (RequestBody part : body.parts(LIMITS, Plan.LIMITS_MAX)) {
      part.allowOnly(Set.of(PER, UNITS, WINDOW, BURST));
      limits.add(limit(part));
    }
    return limits;
  }

  private static Limit limit(RequestBody part) {
    String text = part.text(PER);
    Per per =
        Per.of(text)
            .orElseThrow(() -> Fields.notOneOf(part.named(PER), text, "key, subject or plan"));
    long window = Whole.in(part, WINDOW, 1, Limit.WINDOW_SECONDS_MAX);
    long unitsMax = Math.min(Limit.UNITS_MAX, Limit.RATE_MAX * window);
    long units = Whole.in(part, UNITS, 1, unitsMax);
    long burst = Objects.requireNonNullElse(Whole.orNull(part, BURST, 1, units), units);
    return new Limit(per, units, window, burst);
  }
}
