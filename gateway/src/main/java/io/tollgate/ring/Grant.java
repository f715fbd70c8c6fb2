package io.tollgate.ring;

import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;

/**
 * What an identified key may do: all that the edge decides by. Built once, when its key enters the
 * ring. Immutable.
 *
 * @param expiresAtMillis when it ends, in milliseconds since the epoch; {@link
 *     io.tollgate.store.KeyRecord#NEVER}
 */
public record Grant(KeyId id, Subject subject, Scopes scopes, long expiresAtMillis)
    implements Verdict {}
