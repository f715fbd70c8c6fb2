/**
 * What may be billed, counted by key: requests verified, refused, forwarded and answered. Event
 * loops count in mapped files, which a thread brings to the ledger; nothing is lost when the
 * process is killed, and nothing counts twice when it is sent again.
 *
 * <p>Not here: what a unit costs and who pays it.
 *
 * <p>Start with {@link io.tollgate.meter.UsageMeter}.
 */
@NullMarked
package io.tollgate.meter;

import org.jspecify.annotations.NullMarked;
