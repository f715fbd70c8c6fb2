package io.tollgate.management.plan;

import io.tollgate.management.audit.Change;
import io.tollgate.management.object.ObjectView.Reader;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.wire.ApiError;
import io.tollgate.store.InstanceRecord;
import io.tollgate.store.RecordName;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The plans of all who subscribed to nothing, one for users and one for organizations. The
 * instance's record names their versions in force.
 */
final class DefaultPlans {
  /** By type of payer the version in force now. */
  private static final String VERSIONS =
      """
      SELECT p.for_payer_type, v.id FROM tollgate.plan p, LATERAL (
        SELECT id FROM tollgate.plan_version
        WHERE plan_id = p.id AND effective_at <= statement_timestamp()
        ORDER BY effective_at DESC, number DESC LIMIT 1) v
      WHERE p.is_default
      """;

  /** Whether a default plan's version in force, or the one to come, asks for more than use. */
  private static final String CHARGING =
      """
      SELECT FROM tollgate.plan_version v WHERE v.plan_id = $1
        AND (coalesce(v.fee, 1) > 0 OR v.annual_fee > 0)
        AND v.effective_at >= (SELECT coalesce(max(effective_at), '-infinity')
          FROM tollgate.plan_version WHERE plan_id = $1 AND effective_at <= statement_timestamp())
      LIMIT 1
      """;

  private static final String IN_FORCE =
      """
      SELECT FROM tollgate.plan_version
      WHERE plan_id = $1 AND effective_at <= statement_timestamp() LIMIT 1
      """;

  private DefaultPlans() {}

  /** Makes way for another default plan; returns the one that it was, as it was. */
  static Optional<Spelled> demote(Change change, String payerType, String planId) {
    String former = "t.is_default AND t.for_payer_type = $1 AND t.id <> $2";
    Optional<Spelled> before =
        PlanViews.PLANS.find(change::execute, former, Tuple.of(payerType, planId));
    String demotion =
        "UPDATE tollgate.plan SET is_default = false, updated_at = now() WHERE id = $1";
    before.ifPresent(plan -> change.execute(demotion, Tuple.of(plan.member("id"))));
    return before;
  }

  /**
   * Refuses a default plan of which no version is in force: all who have subscribed to nothing
   * would have no plan until then, without limits and prices.
   */
  static void checkInForce(Change change, String planId) {
    if (change.execute(IN_FORCE, Tuple.of(planId)).rowCount() == 0) {
      throw ApiError.form(
          "form_param_value_invalid",
          "is invalid",
          "is_default",
          "is_default must be false until the plan's effective_at has come: whoever has subscribed"
              + " to nothing would have no plan until then.");
    }
  }

  /** Refuses a default plan that costs something before anything is used. */
  static void checkFree(Change change, String planId) {
    if (change.execute(CHARGING, Tuple.of(planId)).rowCount() > 0) {
      throw ApiError.form(
          "form_param_value_invalid",
          "is invalid",
          "is_default",
          "is_default must be false where fee is not 0, or an annual fee is more than 0: whoever"
              + " has subscribed to nothing pays for nothing but use.");
    }
  }

  /** Returns the instance's record as it is to be. */
  static InstanceRecord wanted(Reader reader, InstanceRecord before) {
    Map<String, String> versions = new HashMap<>();
    for (Row row : reader.apply(VERSIONS, Tuple.tuple())) {
      versions.put(row.getString("for_payer_type"), row.getString("id"));
    }
    return before.withPlans(versions.get("user"), versions.get("org"));
  }

  /** Writes it; plans must be locked. */
  static void write(Change change) {
    InstanceRecord before = InstanceRecord.of(change.lock(RecordName.INSTANCE));
    InstanceRecord after = wanted(change::execute, before);
    if (!after.equals(before)) {
      change.put(RecordName.INSTANCE, after);
    }
  }
}
