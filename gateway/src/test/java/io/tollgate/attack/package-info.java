/**
 * The attack suite: what is known to confuse HTTP/1.1 proxies, sent over raw sockets and judged
 * from both sides, by what the client got and by the bytes that reached the upstream.
 *
 * <p>It knows nothing of the edge: the same cases run against any {@link Proxy}, so that others can
 * be scored beside ours. Each case is followed by innocent requests of another client, which must
 * get their own answers.
 *
 * <p>Start with {@link io.tollgate.attack.Attack}, then read any of the files of cases.
 */
@NullMarked
package io.tollgate.attack;

import org.jspecify.annotations.NullMarked;
