/**
 * The process put together: settings, wiring, signals, the internal listener, and the embedded
 * stores of {@code dev}.
 *
 * <p>Not here: anything that a request or a key meets on its way. What this package knows of the
 * gateway and of management is how they are told what to do, started, asked and stopped.
 *
 * <p>Start with {@link io.tollgate.deploy.Launcher}; what can be set stands in {@link
 * io.tollgate.deploy.Catalogue}.
 */
@NullMarked
package io.tollgate.deploy;

import org.jspecify.annotations.NullMarked;
