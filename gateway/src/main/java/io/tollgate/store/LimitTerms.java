package io.tollgate.store;

/**
 * One limit of a {@link LimitTrip}. A unit takes {@code p / q} microseconds, exactly.
 *
 * @param name of its state in Redis
 * @param p above 0
 * @param q above {@code r}, the rest that a state counts in q-ths of a microsecond
 * @param burst how many units pass at once
 * @param leaseMicros how long a leased unit may be used
 * @param ahead how many units are wanted as a lease; fewer may be given
 */
public record LimitTerms(String name, long p, long q, long burst, long leaseMicros, long ahead) {}
