package io.tollgate.management.directory;

import io.tollgate.management.scim.ScimError;
import org.jspecify.annotations.Nullable;

/** The versions of resources as headers spell them (RFC 7644, section 3.14). */
final class Versions {
  private Versions() {}

  static String tag(long version) {
    return "W/\"" + version + "\"";
  }

  /**
   * Refuses to change what is not of the version any more that the caller has seen.
   *
   * @param ifMatch null where he does not mind
   */
  static void check(@Nullable String ifMatch, long version) {
    if (ifMatch != null && !names(ifMatch, version)) {
      throw new ScimError(
          412, null, "The resource has changed: its version is " + tag(version) + " now.");
    }
  }

  /** Returns whether a header names the version, or any. */
  static boolean names(String header, long version) {
    for (String part : header.split(",", -1)) {
      String tag = part.strip();
      String bare = tag.startsWith("W/") ? tag.substring(2) : tag;
      if (tag.equals("*") || bare.equals("\"" + version + "\"")) {
        return true;
      }
    }
    return false;
  }
}
