package io.tollgate.management.plan;

import io.tollgate.management.object.ObjectView;
import java.util.Set;

/** How subscriptions and their items are spelled: every member of the contract. */
final class SubscriptionViews {
  /** A deployment is one instance, which clients want to have a name. */
  private static final String INSTANCE = "ins_tollgate";

  /** What a period of the item {@code i} costs, which has the version {@code v}. */
  private static final String FEE =
      "CASE i.plan_period WHEN 'month' THEN v.fee ELSE v.annual_fee END";

  private static final String NEXT_DATE =
      """
      CASE WHEN i.status = 'upcoming' AND NOT i.is_free_trial THEN i.period_start
        ELSE i.period_end END
      """;

  private static final String NEXT_PAYMENT =
      """
      json_build_object('amount', %s, 'date', tollgate.millis(%s), 'per_unit_totals', '[]'::json,
        'totals', null)
      """
          .formatted(PlanViews.MONEY.formatted(FEE), NEXT_DATE);

  /** The payer of the subscription {@code s}, who need not be in the directory. */
  private static final String PAYER =
      """
      json_build_object('object', 'commerce_payer', 'id', s.payer, 'instance_id', '%s',
        'user_id', CASE WHEN starts_with(s.payer, 'user_') THEN s.payer END,
        'organization_id', CASE WHEN starts_with(s.payer, 'org_') THEN s.payer END,
        'created_at', tollgate.millis(s.created_at), 'updated_at', tollgate.millis(s.updated_at))
      """
          .formatted(INSTANCE);

  private static final String ITEM =
      """
      json_build_object('object', 'commerce_subscription_item', 'id', i.id, 'instance_id', '%s',
        'status', i.status, 'plan_id', i.plan_id, 'price_id', i.version_id, 'plan', %s,
        'plan_period', i.plan_period, 'is_free_trial', i.is_free_trial, 'amount', %s,
        'next_payment', CASE WHEN i.status IN ('active', 'upcoming') THEN %s END,
        'lifetime_paid', %s, 'payer_id', s.payer, 'payer', %s,
        'period_start', tollgate.millis(i.period_start),
        'period_end', tollgate.millis(i.period_end),
        'canceled_at', tollgate.millis(i.canceled_at), 'past_due_at', null,
        'ended_at', tollgate.millis(i.ended_at), 'created_at', tollgate.millis(i.created_at),
        'updated_at', tollgate.millis(i.updated_at), 'seats', null, 'credits', null)
      """
          .formatted(
              INSTANCE,
              PlanViews.PLAN,
              PlanViews.MONEY.formatted("CASE WHEN i.is_free_trial THEN 0 ELSE " + FEE + " END"),
              NEXT_PAYMENT,
              PlanViews.MONEY.formatted(
                  """
                  (SELECT coalesce(sum(amount), 0)::bigint FROM tollgate.subscription_period
                    WHERE item_id = i.id)
                  """),
              PAYER);

  private static final String OF_ITEM =
      """
      JOIN tollgate.plan p ON p.id = i.plan_id JOIN tollgate.plan_version v ON v.id = i.version_id
      """;

  static final ObjectView ITEMS =
      new ObjectView(
          "tollgate.subscription_item",
          """
          (SELECT %s FROM (SELECT t.*) i JOIN tollgate.subscription s ON s.id = i.subscription_id
            %s)
          """
              .formatted(ITEM, OF_ITEM),
          """
          t.id = $1 OR EXISTS (
            SELECT FROM tollgate.subscription WHERE id = t.subscription_id AND payer = $1)
            OR EXISTS (SELECT FROM tollgate.plan
              WHERE id = t.plan_id AND strpos(lower(name), lower($1)) > 0)
          """,
          Set.of("created_at"));

  static final ObjectView SUBSCRIPTIONS =
      new ObjectView(
          "tollgate.subscription",
          """
          (SELECT json_build_object('object', 'commerce_subscription', 'id', s.id,
            'instance_id', '%1$s',
            'status', (SELECT CASE WHEN bool_or(status IN ('active', 'upcoming')) THEN 'active'
                WHEN bool_or(status = 'canceled') THEN 'canceled' ELSE 'ended' END
              FROM tollgate.subscription_item WHERE subscription_id = s.id),
            'payer_id', s.payer, 'active_at', tollgate.millis(s.created_at), 'past_due_at', null,
            'subscription_items', coalesce((SELECT json_agg(%2$s ORDER BY i.period_start)
              FROM tollgate.subscription_item i %3$s
              WHERE i.subscription_id = s.id AND i.status <> 'ended'), '[]'),
            'next_payment', (SELECT %4$s FROM tollgate.subscription_item i %3$s
              WHERE i.subscription_id = s.id AND i.status IN ('active', 'upcoming')
              ORDER BY %5$s LIMIT 1),
            'eligible_for_free_trial', NOT EXISTS (SELECT FROM tollgate.subscription_period
              WHERE payer = s.payer AND is_free_trial),
            'created_at', tollgate.millis(s.created_at),
            'updated_at', tollgate.millis(s.updated_at)) FROM (SELECT t.*) s)
          """
              .formatted(INSTANCE, ITEM, OF_ITEM, NEXT_PAYMENT, NEXT_DATE),
          "t.id = $1 OR t.payer = $1",
          Set.of("created_at"));

  private SubscriptionViews() {}
}
