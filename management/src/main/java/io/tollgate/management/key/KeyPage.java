package io.tollgate.management.key;

import io.tollgate.management.wire.RequestParameters;

/**
 * Which keys are to be listed. Immutable.
 *
 * @param query a part of the name, in any case; empty matches all
 */
record KeyPage(
    String subject, String type, boolean includeInvalid, String query, int limit, int offset) {
  private static final int LIMIT_DEFAULT = 10;
  private static final int LIMIT_MAX = 100;

  /** Farther than any subject's keys reach; Postgres walks over all that it skips. */
  private static final int OFFSET_MAX = 1_000_000;

  private static final int QUERY_MAX = 255;

  static KeyPage parse(RequestParameters parameters) {
    return new KeyPage(
        KeyMembers.subject(parameters.required("subject")),
        Texts.within("type", parameters.or("type", "api_key"), 3, 25),
        parameters.flag("include_invalid"),
        Texts.within("query", parameters.or("query", "").strip(), 0, QUERY_MAX),
        parameters.integer("limit", LIMIT_DEFAULT, 1, LIMIT_MAX),
        parameters.integer("offset", 0, 0, OFFSET_MAX));
  }

  /** Returns the pattern for LIKE that finds the query as it stands. */
  String pattern() {
    return '%' + query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + '%';
  }
}
