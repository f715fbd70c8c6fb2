package io.tollgate.management.plan;

import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.object.WordId;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.store.RecordName;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The plans in Postgres, and their versions. What readers follow is written by the same change.
 * Safe for all virtual threads.
 */
final class PlanRegistry {
  static final String PREFIX = "cplan_";

  private static final ObjectView VIEW = PlanViews.PLANS;

  private static final String INSERT =
      """
      INSERT INTO tollgate.plan (
        id, for_payer_type, name, slug, description, avatar_url, is_default, was_default,
        publicly_visible)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)
      """;

  private static final String UPDATE =
      """
      UPDATE tollgate.plan SET name = $3, slug = $4, description = $5, avatar_url = $6,
        is_default = $7, was_default = was_default OR $7, publicly_visible = $8, updated_at = now()
      WHERE id = $1 AND for_payer_type = $2
      """;

  private static final String ARCHIVE =
      """
      UPDATE tollgate.plan SET updated_at = now(),
        archived_at = CASE WHEN $2 THEN coalesce(archived_at, now()) END
      WHERE id = $1
      """;

  /** A plan that somebody has or had, so that there is or may come usage that names it. */
  private static final String USED =
      """
      SELECT FROM tollgate.plan p WHERE p.id = $1 AND (p.is_default OR p.was_default
        OR EXISTS (SELECT FROM tollgate.subscription_item WHERE plan_id = p.id))
      """;

  private final Transactions transactions;
  private final RandomGenerator random;

  PlanRegistry(Transactions transactions, RandomGenerator random) {
    this.transactions = transactions;
    this.random = random;
  }

  /** Until the change has ended nobody else changes a plan, or subscribes to one. */
  static void lock(Change change) {
    change.execute("LOCK TABLE tollgate.plan IN EXCLUSIVE MODE", Tuple.tuple());
  }

  /** Until the change has ended nobody changes a plan; others may subscribe, too. */
  static void hold(Change change) {
    change.execute("LOCK TABLE tollgate.plan IN ROW SHARE MODE", Tuple.tuple());
  }

  /**
   * What a new plan is to be.
   *
   * @param effectiveAt in milliseconds since the epoch; null for now
   */
  record Wanted(String payerType, Offer offer, Terms terms, @Nullable Long effectiveAt) {}

  Changed insert(Wanted wanted, Origin origin) {
    String id = WordId.make(PREFIX, random);
    return transactions.change(
        change -> {
          lock(change);
          var at = PlanVersion.effectiveAt(wanted.effectiveAt, PlanVersion.now(change));
          Optional<Spelled> demoted = save(change, INSERT, id, wanted.payerType, wanted.offer);
          PlanVersion.insert(change, random, id, wanted.terms, at);
          return end(change, origin, "plan.create", id, null, demoted);
        });
  }

  /** Writes what a plan is offered as; returns the one that was the default, as it was. */
  private Optional<Spelled> save(
      Change change, String sql, String id, String payerType, Offer offer) {
    Optional<Spelled> demoted =
        offer.isDefault() ? DefaultPlans.demote(change, payerType, id) : Optional.empty();
    Tuple values =
        Tuple.of(id, payerType, offer.name(), offer.slug(), offer.description())
            .addString(offer.avatarUrl())
            .addBoolean(offer.isDefault())
            .addBoolean(offer.isVisible());
    change.execute(sql, values);
    @Nullable List<Feature> features = offer.features();
    if (features != null) {
      Feature.replace(change, id, features, random);
    }
    return demoted;
  }

  /** Ends a change, with a line for each plan that it concerns. */
  private static Changed end(
      Change change,
      Origin origin,
      String action,
      String id,
      @Nullable Spelled before,
      Optional<Spelled> demoted) {
    Spelled after = VIEW.get(change::execute, id);
    if (after.flag("is_default")) {
      DefaultPlans.checkInForce(change, id);
      DefaultPlans.checkFree(change, id);
    }
    DefaultPlans.write(change);
    @Nullable String was = before == null ? null : before.text();
    List<AuditEntry> lines = new ArrayList<>();
    demoted.ifPresent(
        former -> {
          String other = former.member("id");
          String demotion = VIEW.get(change::execute, other).text();
          lines.add(origin.entry("plan.update", other, former.text(), demotion));
        });
    lines.add(origin.entry(action, id, was, after.text()));
    return new Changed(after, change.record(lines));
  }

  /** A plan that is there, as a change finds it. */
  private record Found(String payerType, Offer offer, boolean isArchived) {}

  private static Optional<Found> find(Change change, String id) {
    String sql = "SELECT * FROM tollgate.plan WHERE id = $1";
    for (Row row : change.execute(sql, Tuple.of(id))) {
      boolean isArchived = row.getOffsetDateTime("archived_at") != null;
      return Optional.of(new Found(row.getString("for_payer_type"), Offer.of(row), isArchived));
    }
    return Optional.empty();
  }

  /**
   * Changes what a body names. What concerns money and limits makes a new version. Empty where
   * there is no such plan.
   */
  Optional<Changed> update(String id, RequestBody body, Origin origin) {
    return transactions.change(
        change -> {
          lock(change);
          return find(change, id)
              .map(
                  found -> {
                    if (found.isArchived) {
                      throw archived();
                    }
                    Spelled before = VIEW.get(change::execute, id);
                    Offer offer = Offer.parse(body, found.offer);
                    Optional<Spelled> demoted = save(change, UPDATE, id, found.payerType, offer);
                    changeTerms(change, id, body);
                    return end(change, origin, "plan.update", id, before, demoted);
                  });
        });
  }

  private void changeTerms(Change change, String id, RequestBody body) {
    @Nullable Long millis = effectiveAt(body);
    if (millis == null && body.names().stream().noneMatch(Terms.MEMBERS::contains)) {
      return;
    }
    OffsetDateTime now = PlanVersion.now(change);
    Optional<PlanVersion> inForce = PlanVersion.inForce(change, id, now);
    Optional<PlanVersion> announced = PlanVersion.announced(change, id, now);
    if (announced.isPresent() && (millis != null || inForce.isEmpty())) {
      PlanVersion version = announced.orElseThrow();
      OffsetDateTime at =
          millis == null ? version.effectiveAt() : PlanVersion.effectiveAt(millis, now);
      version.replace(change, Terms.parse(body, version.terms()), at);
      return;
    }
    PlanVersion version = inForce.orElseThrow();
    Terms terms = Terms.parse(body, version.terms());
    OffsetDateTime at = PlanVersion.effectiveAt(millis, now);
    if (!terms.equals(version.terms())) {
      PlanVersion.insert(change, random, id, terms, at);
    } else if (millis != null) {
      throw Fields.notOneOf(
          PlanVersion.EFFECTIVE_AT,
          millis.toString(),
          "named with what the plan is to cost or allow from then on");
    }
  }

  static @Nullable Long effectiveAt(RequestBody body) {
    return Whole.orNull(body, PlanVersion.EFFECTIVE_AT, 0, Whole.MONEY_MAX * 10);
  }

  private static ApiError archived() {
    return new ApiError(
        409,
        "plan_archived",
        "Plan is archived",
        "The plan is archived, so it can't be changed; unarchive it first.");
  }

  /** Ends or begins again that the plan is to be had. Empty where there is no such plan. */
  Optional<Changed> archive(String id, boolean isArchived, Origin origin) {
    return transactions.change(
        change -> {
          lock(change);
          return find(change, id)
              .map(
                  found -> {
                    if (isArchived && found.offer.isDefault()) {
                      throw new ApiError(
                          409,
                          "plan_is_default",
                          "Plan is the default",
                          "Whoever has subscribed to nothing has this plan; make another one the"
                              + " default first.");
                    }
                    Spelled before = VIEW.get(change::execute, id);
                    change.execute(ARCHIVE, Tuple.of(id, isArchived));
                    String action = isArchived ? "plan.archive" : "plan.unarchive";
                    return end(change, origin, action, id, before, Optional.empty());
                  });
        });
  }

  /** Removes a plan that nobody has or had. Empty where there is none. */
  Optional<Changed> delete(String id, Origin origin) {
    return transactions.change(
        change -> {
          lock(change);
          return VIEW.find(change::execute, "id", id)
              .map(
                  before -> {
                    if (change.execute(USED, Tuple.of(id)).rowCount() > 0) {
                      throw new ApiError(
                          409,
                          "plan_cannot_be_deleted",
                          "Plan is in use",
                          "The plan is or was had by somebody, and bills name it; archive it"
                              + " instead.");
                    }
                    remove(change, id);
                    return Changed.deleted(change, origin, "plan.delete", before);
                  });
        });
  }

  private static void remove(Change change, String id) {
    String versions = "SELECT id FROM tollgate.plan_version WHERE plan_id = $1";
    for (Row row : change.execute(versions, Tuple.of(id))) {
      change.remove(RecordName.plan(row.getString("id")));
    }
    change.execute("DELETE FROM tollgate.plan WHERE id = $1", Tuple.of(id));
  }
}
