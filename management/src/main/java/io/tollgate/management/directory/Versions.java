package io.tollgate.management.directory;

import io.tollgate.management.scim.ScimError;
import io.tollgate.management.wire.EntityTags;
import org.jspecify.annotations.Nullable;

/**
 * The versions of resources as headers spell them (RFC 7644, section 3.14). A user's stands for his
 * groups as well; a group's for itself and for changes of its members by requests on the group, not
 * for members that are deleted or get another name elsewhere.
 */
final class Versions {
  private Versions() {}

  static String tag(String version) {
    return "W/" + EntityTags.of(version);
  }

  /**
   * Refuses to change what is not of the version any more that the caller has seen.
   *
   * @param ifMatch null where he does not mind
   * @param isTaken whether it may be the caller's own change that he does not know of, and which
   *     may not be proven yet
   */
  static void check(@Nullable String ifMatch, String version, boolean isTaken) {
    if (ifMatch != null && !EntityTags.names(ifMatch, version)) {
      var stale =
          new ScimError(
              412, null, "The resource has changed: its version is " + tag(version) + " now.");
      throw isTaken ? new Holding.Unproven(stale) : stale;
    }
  }
}
