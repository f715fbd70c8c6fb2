package io.tollgate.management.rating;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * The units that fell into one tier, and what they cost. Immutable.
 *
 * @param fromUnit the first unit of the tier; 1 is the first of all
 * @param toUnit the last unit of the tier, null where it has no end
 * @param units how many fell into it, 1 at least
 * @param feePerBlock in the currency's smallest unit
 * @param amount exact, in the same
 */
public record RatedTier(
    BigInteger fromUnit,
    @Nullable BigInteger toUnit,
    BigInteger units,
    BigDecimal feePerBlock,
    BigDecimal amount) {}
