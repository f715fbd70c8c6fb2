/**
 * What an API key is: its secret, digest, id, and the check tag that kills a forgery unseen.
 *
 * <p>Not here: where keys are kept (that is {@code store}) and what they may do ({@code access}).
 * Start with {@link io.tollgate.key.KeyFormat}.
 */
@NullMarked
package io.tollgate.key;

import org.jspecify.annotations.NullMarked;
