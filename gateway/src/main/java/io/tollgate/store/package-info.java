/**
 * Where keys are kept, and in what form: the schema, the Redis documents, and the sources that read
 * them.
 *
 * <p>Reader and writer share this package's codec and names, so that they can't drift apart. Not
 * here: who writes ({@code management}) and how long an answer may be believed ({@code ring}).
 *
 * <p>Start with {@link io.tollgate.store.RecordSource}.
 */
@NullMarked
package io.tollgate.store;

import org.jspecify.annotations.NullMarked;
