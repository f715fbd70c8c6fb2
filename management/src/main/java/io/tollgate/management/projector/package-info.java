/**
 * The way of every change from Postgres to Redis: one projector, one script, no other writer.
 *
 * <p>Not here: making changes, and what a document looks like ({@code store}).
 *
 * <p>Start with {@link io.tollgate.management.projector.Projector}.
 */
@NullMarked
package io.tollgate.management.projector;

import org.jspecify.annotations.NullMarked;
