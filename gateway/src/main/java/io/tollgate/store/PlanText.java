package io.tollgate.store;

import io.tollgate.access.Scopes;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Per;
import io.tollgate.plan.Plan;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
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
    @Nullable Scopes scopes = plan.scopes();
    return scopes == null ? json : json.put("scopes", RecordText.array(scopes.toList()));
  }

  static Plan read(JsonObject json) {
    List<Limit> limits =
        json.getJsonArray("limits").stream()
            .map(JsonObject.class::cast)
            .map(PlanText::limit)
            .toList();
    @Nullable JsonArray scopes = json.getJsonArray("scopes");
    return new Plan(
        json.getString("id"), limits, scopes == null ? null : Scopes.of(RecordText.texts(scopes)));
  }

  private static Limit limit(JsonObject json) {
    String per = json.getString("per");
    return new Limit(
        Per.of(per).orElseThrow(() -> new IllegalArgumentException("a limit per " + per)),
        json.getLong("units"),
        json.getLong("window_seconds"),
        json.getLong("burst"));
  }
}
