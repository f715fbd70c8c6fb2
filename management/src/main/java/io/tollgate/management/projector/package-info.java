/**
 * The way of every change from Postgres to Redis, one projector, one script, no other writer; and
 * the proof that no gateway goes by what was before it.
 *
 * <p>Not here: making changes, and what a document looks like ({@code store}).
 *
 * <p>The rules know no sockets, clocks or threads: {@code Projection} and {@code RevocationProof}
 * with their interfaces are public so that the simulation can run them, and for nothing else.
 *
 * <p>Start with {@link io.tollgate.management.projector.Projector}.
 */
@NullMarked
package io.tollgate.management.projector;

import org.jspecify.annotations.NullMarked;
