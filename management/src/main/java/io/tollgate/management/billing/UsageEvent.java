package io.tollgate.management.billing;

import java.math.BigInteger;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * What one meter counted in one hour of one key, as of one revision. Immutable.
 *
 * @param sequence its place among all events
 * @param id the same whenever it is told, made of hour, subject, key, version, meter and revision
 * @param revision 1 for the first total of its hour, one more each time that it has grown since
 * @param units the whole total, not what was added
 * @param previousUnits the total of the revision before it, 0 where there is none
 * @param customer what Stripe calls the subject; null where nobody has said so
 */
record UsageEvent(
    long sequence,
    String id,
    OffsetDateTime hour,
    String subject,
    String keyId,
    String version,
    String meter,
    int revision,
    BigInteger units,
    BigInteger previousUnits,
    @Nullable String customer) {}
