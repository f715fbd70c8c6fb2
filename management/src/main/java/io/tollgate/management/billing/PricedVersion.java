package io.tollgate.management.billing;

import io.tollgate.management.rating.Tier;
import io.tollgate.management.rating.UnitPrice;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one version of a plan charges, none of which ever changes. Immutable.
 *
 * @param prices by meter; a meter that is not named is free
 */
record PricedVersion(String id, String planId, Currency currency, List<UnitPrice> prices) {
  /**
   * Reads prices as they stand in Postgres.
   *
   * @throws IllegalArgumentException if they are none that could be charged
   */
  static List<UnitPrice> prices(String json) {
    return new JsonArray(json)
        .stream().map(JsonObject.class::cast).map(PricedVersion::price).toList();
  }

  private static UnitPrice price(JsonObject json) {
    List<Tier> tiers =
        json.getJsonArray("tiers").stream()
            .map(JsonObject.class::cast)
            .map(PricedVersion::tier)
            .toList();
    return new UnitPrice(text(json, "name"), json.getLong("block_size"), tiers);
  }

  private static Tier tier(JsonObject json) {
    @Nullable Long end = json.getLong("ends_after_block");
    return new Tier(
        json.getLong("starts_at_block"), end, new BigDecimal(text(json, "fee_per_block")));
  }

  private static String text(JsonObject json, String member) {
    return Objects.requireNonNull(json.getValue(member), member).toString();
  }
}
