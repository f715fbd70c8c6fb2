package io.tollgate.access;

import java.util.regex.Pattern;

/**
 * Whom a key belongs to: {@code user_}, {@code org_}, {@code mch_} or {@code scim_} and 27 word
 * characters. The id may be another system's; that it exists is not checked. Immutable.
 */
public record Subject(String id) {
  private static final Pattern SHAPE = Pattern.compile("(user|org|mch|scim)_[0-9A-Za-z_]{27}");

  /**
   * Takes a well-formed id.
   *
   * @throws IllegalArgumentException if the id is not of that shape
   */
  public Subject {
    if (!isSubject(id)) {
      throw new IllegalArgumentException(
          "a subject is user_, org_, mch_ or scim_ and 27 letters, digits or underscores");
    }
  }

  public static boolean isSubject(String id) {
    return SHAPE.matcher(id).matches();
  }

  public boolean isUser() {
    return id.startsWith("user_");
  }

  public boolean isOrganization() {
    return id.startsWith("org_");
  }

  @Override
  public String toString() {
    return id;
  }
}
