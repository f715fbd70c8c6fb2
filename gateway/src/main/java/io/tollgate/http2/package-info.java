/**
 * What HTTP/2 needs beside Netty's frames: header blocks between HPACK and the spelling of {@code
 * wire}, and what the frames of one connection may cost.
 *
 * <p>Not here: connections, streams and what is done with them ({@code edge}).
 *
 * <p>Start with {@link io.tollgate.http2.HpackWriter} and {@link io.tollgate.http2.FrameGuard}.
 */
@NullMarked
package io.tollgate.http2;

import org.jspecify.annotations.NullMarked;
