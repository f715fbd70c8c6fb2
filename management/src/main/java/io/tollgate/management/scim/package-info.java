/**
 * The language of SCIM 2.0 (RFC 7643 and 7644), as identity providers really speak it: documents,
 * filters, PATCH, schemas.
 *
 * <p>Not here: HTTP, tokens, and what becomes of users and groups ({@code directory}). Nothing in
 * this package knows a store; it only says conditions in the words of one.
 *
 * <p>Start with {@link io.tollgate.management.scim.ScimDocument}.
 */
@NullMarked
package io.tollgate.management.scim;

import org.jspecify.annotations.NullMarked;
