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

/** How a plan stands in the text of its record. */
final class PlanText {
  private PlanText() {}

  static JsonObject write(JsonObject json, Plan plan) {
    var limits = new JsonArray();
    for (Limit limit : plan.limits()) {
      limits.add(
          new JsonObject()
              .put("per", limit.per().text())
              .put("units", limit.units())
              .put("window_seconds", limit.windowSeconds())
              .put("burst", limit.burst()));
    }
    json.put("id", plan.version()).put("limits", limits);
    if (!plan.quotas().isEmpty()) {
      var quotas = new JsonArray();
      plan.quotas().forEach(quota -> quotas.add(write(quota)));
      json.put("quotas", quotas);
    }
    @Nullable Credits credits = plan.credits();
    if (credits != null) {
      json.put("credits", write(credits));
    }
    @Nullable Scopes scopes = plan.scopes();
    return scopes == null ? json : json.put("scopes", RecordText.array(scopes.toList()));
  }

  private static JsonObject write(Quota quota) {
    return new JsonObject()
        .put("per", quota.per().text())
        .put("meter", quota.meter().text())
        .put("period", quota.period().text())
        .put("units", quota.units())
        .put("hard", quota.hard());
  }

  private static JsonObject write(Credits credits) {
    var json = new JsonObject().put("meter", credits.meter().text());
    @Nullable Period period = credits.period();
    return period == null
        ? json
        : json.put("refill", credits.refill()).put("period", period.text());
  }

  static Plan read(JsonObject json) {
    List<Limit> limits =
        json.getJsonArray("limits").stream()
            .map(JsonObject.class::cast)
            .map(PlanText::limit)
            .toList();
    @Nullable JsonArray scopes = json.getJsonArray("scopes");
    return new Plan(
        json.getString("id"),
        limits,
        quotas(json),
        credits(json.getJsonObject("credits")),
        scopes == null ? null : Scopes.of(RecordText.texts(scopes)));
  }

  private static List<Quota> quotas(JsonObject json) {
    return json.getJsonArray("quotas", new JsonArray()).stream()
        .map(JsonObject.class::cast)
        .map(PlanText::quota)
        .toList();
  }

  private static Quota quota(JsonObject json) {
    return new Quota(
        known(Per.of(json.getString("per"))),
        known(Meter.of(json.getString("meter"))),
        known(Period.of(json.getString("period"))),
        json.getLong("units"),
        json.getBoolean("hard"));
  }

  private static @Nullable Credits credits(@Nullable JsonObject json) {
    if (json == null) {
      return null;
    }
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

  private static Limit limit(JsonObject json) {
    return new Limit(
        known(Per.of(json.getString("per"))),
        json.getLong("units"),
        json.getLong("window_seconds"),
        json.getLong("burst"));
  }
}
