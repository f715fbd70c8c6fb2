/**
 * Who a request's key is: the ring of identified keys, and the look-ups that fill it.
 *
 * <p>Not here: where keys are kept ({@code store}) and what is done with the answer ({@code edge}).
 *
 * <p>Start with {@link io.tollgate.ring.Verifier}.
 */
@NullMarked
package io.tollgate.ring;

import org.jspecify.annotations.NullMarked;
