package io.tollgate.management.plan;

import io.tollgate.management.object.Fields;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestBody;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a plan asks for what is used: for each meter blocks of units, in tiers of which each ends
 * where the next begins.
 */
final class UnitPrices {
  static final String UNIT_PRICES = "unit_prices";

  /** What is counted of requests and keys, and may be billed. */
  static final List<String> METERS = List.of("key_creations", "verified", "forwarded", "completed");

  private static final String NAME = "name";
  private static final String BLOCK_SIZE = "block_size";
  private static final String TIERS = "tiers";
  private static final String STARTS = "starts_at_block";
  private static final String ENDS = "ends_after_block";
  private static final String FEE = "fee_per_block";

  private static final int TIERS_MAX = 20;
  private static final long BLOCK_SIZE_MAX = 1_000_000_000;

  /** JavaScript counts a little further exactly. */
  private static final long BLOCKS_MAX = 1_000_000_000_000_000L;

  private UnitPrices() {}

  /** Returns the member as it is kept. */
  static String parse(RequestBody body) {
    var prices = new JsonArray();
    Set<String> named = new HashSet<>();
    for (RequestBody part : body.parts(UNIT_PRICES, METERS.size())) {
      part.allowOnly(Set.of(NAME, BLOCK_SIZE, TIERS));
      String meter = part.text(NAME);
      if (!METERS.contains(meter)) {
        throw Fields.notOneOf(part.named(NAME), meter, "one of " + String.join(", ", METERS));
      }
      if (!named.add(meter)) {
        throw ApiError.parameter(
            "form_param_duplicate",
            "is included multiple times",
            part.named(NAME),
            part.named(NAME) + " must be a meter that is not priced yet, was \"" + meter + "\".");
      }
      prices.add(
          new JsonObject()
              .put(NAME, meter)
              .put(BLOCK_SIZE, blockSize(part))
              .put(TIERS, tiers(part)));
    }
    return prices.encode();
  }

  /** Of factors 2 and 5 only: a price per unit is then a decimal that ends. */
  private static long blockSize(RequestBody price) {
    long size = Whole.in(price, BLOCK_SIZE, 1, BLOCK_SIZE_MAX);
    long rest = size;
    while (rest % 2 == 0) {
      rest /= 2;
    }
    while (rest % 5 == 0) {
      rest /= 5;
    }
    if (rest != 1) {
      throw Fields.notOneOf(
          price.named(BLOCK_SIZE),
          Long.toString(size),
          "a product of twos and fives, such as 1, 10 or 1000");
    }
    return size;
  }

  private static JsonArray tiers(RequestBody price) {
    List<RequestBody> given = price.parts(TIERS, TIERS_MAX);
    if (given.isEmpty()) {
      throw price.missing(TIERS);
    }
    var tiers = new JsonArray();
    long start = 1;
    for (RequestBody tier : given) {
      tier.allowOnly(Set.of(STARTS, ENDS, FEE));
      long starts = Whole.in(tier, STARTS, 1, BLOCKS_MAX);
      if (starts != start) {
        throw Fields.notOneOf(tier.named(STARTS), Long.toString(starts), expected(start));
      }
      @Nullable Long ends = end(tier, starts, tiers.size() == given.size() - 1);
      // A text, as what is kept: a price that is no whole amount may come to stand there, too.
      String fee = Long.toString(Whole.in(tier, FEE, 0, Whole.MONEY_MAX));
      tiers.add(new JsonObject().put(STARTS, starts).put(ENDS, ends).put(FEE, fee));
      start = ends == null ? start : ends + 1;
    }
    return tiers;
  }

  private static String expected(long start) {
    return start == 1
        ? "1 in the first tier"
        : start + ", one after the end of the tier before, without gap or overlap";
  }

  private static @Nullable Long end(RequestBody tier, long starts, boolean last) {
    @Nullable Long ends = Whole.orNull(tier, ENDS, starts, BLOCKS_MAX - 1);
    if (last != (ends == null)) {
      throw Fields.notOneOf(
          tier.named(ENDS),
          String.valueOf(ends),
          last ? "null in the last tier" : "a number in all tiers but the last");
    }
    return ends;
  }
}
