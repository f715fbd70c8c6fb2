/**
 * What the areas of the management API share that keep objects in Postgres: how they are read,
 * listed, and spelled, how a change of one ends, and how it is answered when it holds everywhere.
 *
 * <p>Not here: what each kind of objects is, and the way of keys, whose contract is another one.
 *
 * <p>Start with {@link io.tollgate.management.object.Service}.
 */
@NullMarked
package io.tollgate.management.object;

import org.jspecify.annotations.NullMarked;
