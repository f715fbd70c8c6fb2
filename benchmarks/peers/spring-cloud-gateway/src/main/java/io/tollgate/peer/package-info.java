/**
 * Spring Cloud Gateway as a peer of the side-by-side: it looks a key up by its raw text in a map.
 * A project of its own, which nothing else here depends on.
 */
package io.tollgate.peer;
