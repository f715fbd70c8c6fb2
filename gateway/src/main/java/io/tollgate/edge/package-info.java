/**
 * The request's path, told from top to bottom by one class: accept, extract, identify, authorize,
 * limit, forward, meter.
 *
 * <p>Not here: how a key is found ({@code ring}), where it is kept ({@code store}) and how bytes go
 * upstream ({@code proxy}). Nothing here blocks.
 *
 * <p>Start with {@link io.tollgate.edge.Edge}; {@link io.tollgate.edge.Gateway} puts the parts
 * together.
 */
@NullMarked
package io.tollgate.edge;

import org.jspecify.annotations.NullMarked;
