/**
 * HTTP/1.1 as bytes: heads, bodies and targets are read strictly, and written anew; where the
 * frames of a WebSocket begin and end, and how many frames of HTTP/2 are a flood.
 *
 * <p>What two servers could read differently is refused here, once, before anything else sees it
 * (RFC 9112; the refused spellings are those that smuggling and desync attacks are made of). Pure
 * functions of bytes: no channel, no clock, no key.
 *
 * <p>Not here: where messages come from and go to ({@code edge}, {@code proxy}).
 *
 * <p>Start with {@link io.tollgate.wire.RequestHead}.
 */
@NullMarked
package io.tollgate.wire;

import org.jspecify.annotations.NullMarked;
