package io.tollgate.management.connection;

/**
 * An attribute that stays as it was, since what the directory tells of it is of no use.
 *
 * @param code as the log has it
 * @param attribute what was to be filled
 * @param message without the value, which may be private
 */
public record AttributeWarning(String code, String attribute, String message) {
  static AttributeWarning mismatch(String attribute, String path) {
    return new AttributeWarning(
        "scim_attribute_type_mismatch",
        attribute,
        attribute + " stays as it was: what stands at " + path + " is neither a text nor texts.");
  }

  static AttributeWarning taken(String attribute) {
    return new AttributeWarning(
        "scim_username_taken",
        attribute,
        attribute + " stays as it was: another user has the one that is told.");
  }
}
