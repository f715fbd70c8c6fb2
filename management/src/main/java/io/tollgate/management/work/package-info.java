/**
 * What works without anybody asking: one thread that does what is due, rests, and ends when told.
 */
@NullMarked
package io.tollgate.management.work;

import org.jspecify.annotations.NullMarked;
