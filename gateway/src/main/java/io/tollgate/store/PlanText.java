package io.tollgate.store;

import io.tollgate.access.Scopes;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Per;
import io.tollgate.plan.Plan;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a plan stands in the text of its record, and its limits in Postgres, too. */
public final class PlanText {
  private PlanText() {}

  static JsonObject write(JsonObject json, Plan plan) {
    json.put("id", plan.version()).put("limits", write(plan.limits()));
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

  static Plan read(JsonObject json) {
    List<Limit> limits = readLimits(json.getJsonArray("limits"));
    @Nullable JsonArray scopes = json.getJsonArray("scopes");
    return new Plan(
        json.getString("id"), limits, scopes == null ? null : Scopes.of(RecordText.texts(scopes)));
  }

  /** Reads what {@link #write(List)} has written. */
  public static List<Limit> readLimits(JsonArray limits) {
    return limits.stream().map(JsonObject.class::cast).map(PlanText::limit).toList();
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
