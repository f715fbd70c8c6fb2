/**
 * What an API key is: its secret, its digest, its id, and the check tag that kills a forgery before
 * any store hears of it.
 *
 * <p>Not here: where keys are kept ({@code store}) and what they may do ({@code access}).
 *
 * <p>Start with {@link io.tollgate.key.KeyFormat}.
 */
@NullMarked
package io.tollgate.key;

import org.jspecify.annotations.NullMarked;
