package io.tollgate.store;

import io.tollgate.access.Scopes;
import io.tollgate.plan.Credits;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Meter;
import io.tollgate.plan.Per;
import io.tollgate.plan.Period;
import io.tollgate.plan.Plan;
import io.tollgate.plan.Quota;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a plan stands in the text of its record, and parts of it in Postgres, too. */
public final class PlanText {
  private PlanText() {}

  static JsonObject write(JsonObject json, Plan plan) {
    json.put("id", plan.version()).put("limits", write(plan.limits()));
    if (!plan.quotas().isEmpty()) {
      json.put("quotas", writeQuotas(plan.quotas()));
    }
    @Nullable Credits credits = plan.credits();
    if (credits != null) {
      json.put("credits", write(credits));
    }
    @Nullable Scopes scopes = plan.scopes();
    return scopes == null ? json : json.put("scopes", RecordText.array(scopes.toList()));
  }

  public static JsonArray write(List<Limit> limits) {
    var array = new JsonArray();
    for (Limit limit : limits) {
      array.add(
          new JsonObject()
              .put("per", limit.per().text())
              .put("units", limit.units())
              .put("window_seconds", limit.windowSeconds())
              .put("burst", limit.burst()));
    }
    return array;
  }

  public static JsonArray writeQuotas(List<Quota> quotas) {
    var array = new JsonArray();
    quotas.forEach(quota -> array.add(write(quota)));
    return array;
  }

  private static JsonObject write(Quota quota) {
    return new JsonObject()
        .put("per", quota.per().text())
        .put("meter", quota.meter().text())
        .put("period", quota.period().text())
        .put("units", quota.units())
        .put("hard", quota.hard());
  }

  public static JsonObject write(Credits credits) {
    var json = new JsonObject().put("meter", credits.meter().text());
    @Nullable Period period = credits.period();
    return period == null
        ? json
        : json.put("refill", credits.refill()).put("period", period.text());
  }

  static Plan read(JsonObject json) {
    List<Limit> limits = readLimits(json.getJsonArray("limits"));
    @Nullable JsonObject credits = json.getJsonObject("credits");
    @Nullable JsonArray scopes = json.getJsonArray("scopes");
    return new Plan(
        json.getString("id"),
        limits,
        readQuotas(json.getJsonArray("quotas", new JsonArray())),
        credits == null ? null : readCredits(credits),
        scopes == null ? null : Scopes.of(RecordText.texts(scopes)));
  }

  /** Reads what {@link #writeQuotas} has written. */
  public static List<Quota> readQuotas(JsonArray quotas) {
    return quotas.stream().map(JsonObject.class::cast).map(PlanText::quota).toList();
  }

  private static Quota quota(JsonObject json) {
    return new Quota(
        known(Per.of(json.getString("per"))),
        known(Meter.of(json.getString("meter"))),
        known(Period.of(json.getString("period"))),
        json.getLong("units"),
        json.getBoolean("hard"));
  }

  /** Reads what {@link #write(Credits)} has written. */
  public static Credits readCredits(JsonObject json) {
    @Nullable String period = json.getString("period");
    return new Credits(
        known(Meter.of(json.getString("meter"))),
        json.getLong("refill", 0L),
        period == null ? null : known(Period.of(period)));
  }

  /** A word that is not known was written by a newer version. */
  private static <W> W known(Optional<W> word) {
    return word.orElseThrow(() -> new IllegalArgumentException("a word of another version"));
  }

  /** Reads what {@link #write(List)} has written. */
  public static List<Limit> readLimits(JsonArray limits) {
    return limits.stream().map(JsonObject.class::cast).map(PlanText::limit).toList();
  }

  private static Limit limit(JsonObject json) {
    return new Limit(
        known(Per.of(json.getString("per"))),
        json.getLong("units"),
        json.getLong("window_seconds"),
        json.getLong("burst"));
  }
}
