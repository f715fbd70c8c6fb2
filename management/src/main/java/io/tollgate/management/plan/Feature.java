package io.tollgate.management.plan;

import io.tollgate.management.audit.Change;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.WordId;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestBody;
import io.vertx.sqlclient.Tuple;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a plan is said to have, as a request names it: an existing feature by its slug alone, or one
 * that is made, or called otherwise from now on. Immutable.
 *
 * @param name null where the feature must be there already
 */
record Feature(String slug, @Nullable String name, @Nullable String description) {
  static final String FEATURES = "features";

  private static final int FEATURES_MAX = 50;

  private static final String SAVE =
      """
      INSERT INTO tollgate.feature (id, slug, name, description) VALUES ($1, $2, $3, $4)
      ON CONFLICT (slug) DO UPDATE SET name = excluded.name, description = excluded.description
      """;

  private static final String HAVE =
      """
      INSERT INTO tollgate.plan_feature (plan_id, feature_id)
      SELECT $1, id FROM tollgate.feature WHERE slug = $2
      """;

  static List<Feature> parse(RequestBody body) {
    Map<String, Feature> features = new LinkedHashMap<>();
    for (RequestBody part : body.parts(FEATURES, FEATURES_MAX)) {
      part.allowOnly(Set.of(Fields.NAME, Offer.SLUG, Fields.DESCRIPTION));
      @Nullable String name = Fields.nameOrNull(part);
      String slug =
          name != null && !part.has(Offer.SLUG)
              ? Offer.slugOf(part.named(Offer.SLUG), name)
              : Offer.slug(part.named(Offer.SLUG), part.text(Offer.SLUG));
      if (name == null && part.hasValue(Fields.DESCRIPTION)) {
        throw part.missing(Fields.NAME);
      }
      if (features.put(slug, new Feature(slug, name, Fields.description(part))) != null) {
        throw ApiError.parameter(
            "form_param_duplicate",
            "is included multiple times",
            part.named(Offer.SLUG),
            part.named(Offer.SLUG) + " must not be named twice, was " + ApiError.quote(slug) + ".");
      }
    }
    return List.copyOf(features.values());
  }

  /** Lets a plan have these features and no others. */
  static void replace(
      Change change, String planId, List<Feature> features, RandomGenerator random) {
    change.execute("DELETE FROM tollgate.plan_feature WHERE plan_id = $1", Tuple.of(planId));
    for (Feature feature : features) {
      if (feature.name != null) {
        String id = WordId.make("feat_", random);
        change.execute(SAVE, Tuple.of(id, feature.slug, feature.name, feature.description));
      }
      if (change.execute(HAVE, Tuple.of(planId, feature.slug)).rowCount() == 0) {
        throw Fields.missing(FEATURES, feature.slug);
      }
    }
  }
}
