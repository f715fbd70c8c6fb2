package io.tollgate.store;

import java.util.List;

/**
 * What a trip brought home.
 *
 * @param nowMicros the time in Redis
 * @param passed how many of the requests that waited pass, from the first on; the next one does not
 * @param leased of each limit, how many units are leased
 * @param arrivalMicros of each limit, when its whole burst is back, by the time in Redis
 */
public record LimitAnswer(
    long nowMicros, int passed, List<Long> leased, List<Long> arrivalMicros) {}
