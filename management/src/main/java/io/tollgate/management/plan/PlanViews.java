package io.tollgate.management.plan;

import io.tollgate.management.object.ObjectView;
import java.util.Set;

/** How plans and their versions are spelled: every member of the contract, and ours beside them. */
final class PlanViews {
  /** Money of a version {@code v}. */
  static final String MONEY =
      "tollgate.money(%s, v.currency, v.currency_digits, v.currency_symbol)";

  private static final String FEES =
      """
      'fee', %s, 'annual_fee', %s, 'annual_monthly_fee', %s
      """
          .formatted(
              MONEY.formatted("v.fee"),
              MONEY.formatted("v.annual_fee"),
              MONEY.formatted("v.annual_monthly_fee"));

  private static final String TIERS =
      """
      (SELECT json_agg(json_build_object(
          'starts_at_block', (tier ->> 'starts_at_block')::bigint,
          'ends_after_block', (tier ->> 'ends_after_block')::bigint,
          'fee_per_block', %s) ORDER BY place)
        FROM json_array_elements(price -> 'tiers') WITH ORDINALITY tiers (tier, place))
      """
          .formatted(MONEY.formatted("(tier ->> 'fee_per_block')::bigint"));

  /** What a version {@code v} costs and allows. */
  private static final String TERMS =
      FEES
          + """
          , 'free_trial_enabled', v.free_trial_days IS NOT NULL,
          'free_trial_days', v.free_trial_days,
          'unit_prices', coalesce((SELECT json_agg(json_build_object(
              'name', price ->> 'name', 'block_size', (price ->> 'block_size')::bigint,
              'tiers', %s) ORDER BY place)
            FROM json_array_elements(v.unit_prices) WITH ORDINALITY prices (price, place)), '[]'),
          'currency', v.currency, 'limits', v.limits, 'quotas', v.quotas,
          'credits', v.credits, 'scopes', v.scopes
          """
              .formatted(TIERS);

  private static final String FEATURES =
      """
      coalesce((SELECT json_agg(json_build_object('object', 'feature', 'id', f.id, 'name', f.name,
          'description', f.description, 'slug', f.slug, 'avatar_url', f.avatar_url) ORDER BY f.slug)
        FROM tollgate.plan_feature h JOIN tollgate.feature f ON f.id = h.feature_id
        WHERE h.plan_id = p.id), '[]')
      """;

  /** A plan {@code p} with its version {@code v}. */
  static final String PLAN =
      """
      json_build_object('object', 'commerce_plan', 'id', p.id, 'name', p.name, 'slug', p.slug,
        'description', p.description, 'product_id', p.id, 'is_default', p.is_default,
        'is_recurring', true,
        'has_base_fee', coalesce(v.fee, 0) > 0 OR coalesce(v.annual_fee, 0) > 0,
        'publicly_visible', p.publicly_visible, 'for_payer_type', p.for_payer_type,
        'avatar_url', p.avatar_url, 'features', %s, %s,
        'version', json_build_object('id', v.id, 'number', v.number,
          'effective_at', tollgate.millis(v.effective_at)),
        'archived_at', tollgate.millis(p.archived_at),
        'created_at', tollgate.millis(p.created_at), 'updated_at', tollgate.millis(p.updated_at))
      """
          .formatted(FEATURES, TERMS);

  /** The version in force of the plan {@code p}; before the first one is, that one. */
  private static final String IN_FORCE =
      """
      SELECT * FROM tollgate.plan_version WHERE plan_id = p.id
      ORDER BY effective_at > statement_timestamp(),
        abs(extract(epoch FROM effective_at - statement_timestamp())), number DESC
      LIMIT 1
      """;

  static final ObjectView PLANS =
      new ObjectView(
          "tollgate.plan",
          "(SELECT %s FROM (SELECT t.*) p, LATERAL (%s) v)".formatted(PLAN, IN_FORCE),
          "t.id = $1 OR strpos(lower(t.name), lower($1)) > 0 OR strpos(t.slug, $1) > 0",
          Set.of("created_at"));

  static final ObjectView VERSIONS =
      new ObjectView(
          "tollgate.plan_version",
          """
          (SELECT json_build_object('object', 'commerce_plan_version', 'id', v.id,
            'plan_id', v.plan_id, 'number', v.number,
            'effective_at', tollgate.millis(v.effective_at), %s,
            'created_at', tollgate.millis(v.created_at)) FROM (SELECT t.*) v)
          """
              .formatted(TERMS),
          "t.id = $1",
          Set.of("created_at"));

  private PlanViews() {}
}
