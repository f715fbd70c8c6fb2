/**
 * What the management API tells of itself: an OpenAPI document, and a page that shows it.
 *
 * <p>The table of endpoints says which there are, where, and who may call them; what it can't say
 * (what they take and answer) is described beside it, in the resources of this package. The two are
 * put together here, and don't fit if one names an endpoint that the other does not know.
 *
 * <p>Start with {@link io.tollgate.management.openapi.OpenApi}.
 */
@NullMarked
package io.tollgate.management.openapi;

import org.jspecify.annotations.NullMarked;
