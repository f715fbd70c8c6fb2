/**
 * Directory sync over HTTP (SCIM 2.0, RFC 7644): identity providers tell here of people and groups,
 * and what they tell becomes users, members and the end of a leaver's keys.
 *
 * <p>Not here: the language of filters, patches and documents ({@code scim}), and what directories
 * are, their tokens, and what groups and attributes mean ({@code connection}).
 *
 * <p>Start with {@link io.tollgate.management.directory.DirectoryRouter}.
 */
@NullMarked
package io.tollgate.management.directory;

import org.jspecify.annotations.NullMarked;
