/**
 * Enterprise connections and their directories, as the owner sees them: who may write into a
 * directory, what the groups of people make of their roles, and what their attributes make of them
 * here; and what has been going on.
 *
 * <p>Not here: how identity providers write ({@code directory}), and their language ({@code scim}).
 *
 * <p>Start with {@link io.tollgate.management.connection.Connections}.
 */
@NullMarked
package io.tollgate.management.connection;

import org.jspecify.annotations.NullMarked;
