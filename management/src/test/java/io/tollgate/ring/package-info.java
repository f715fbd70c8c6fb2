/**
 * The gateway's ring, opened for the simulation: its rules are package-private, as they should be.
 */
@NullMarked
package io.tollgate.ring;

import org.jspecify.annotations.NullMarked;
