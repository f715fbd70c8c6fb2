package io.tollgate.management.billing;

/**
 * A period of a subscription that began in a month, and what is due for it. Immutable.
 *
 * @param planPeriod {@code month} or {@code annual}
 * @param start in milliseconds since 1970
 * @param amount in the smallest unit of the version's currency
 */
record Period(
    String itemId,
    String version,
    String planPeriod,
    boolean isFreeTrial,
    long start,
    long end,
    long amount) {}
