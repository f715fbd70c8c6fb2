package io.tollgate.management.directory;

import io.tollgate.management.scim.ScimError;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the log tells of a failure, beside its sentence: a stable code, and what to do next.
 * Immutable.
 */
record Advice(String code, String next) {
  private static final Advice OURS =
      new Advice(
          "scim_internal_error",
          "Nothing is wrong with the request: look for its id in the log of the service.");

  static Advice of(ScimError error, String endpoint) {
    @Nullable Advice byType = byType(Objects.requireNonNullElse(error.scimType(), ""), endpoint);
    return byType == null ? byStatus(error.status()) : byType;
  }

  private static @Nullable Advice byType(String type, String endpoint) {
    return switch (type) {
      case "uniqueness" ->
          new Advice(
              endpoint.startsWith("scim.groups") ? "scim_group_conflict" : "scim_user_conflict",
              "Look for who has the value already: in this directory, in another one, or among"
                  + " users who were made by hand.");
      case "invalidFilter" ->
          new Advice("scim_invalid_filter", "Check which attribute the provider matches by.");
      case "invalidPath", "noTarget" ->
          new Advice(
              type.equals("noTarget") ? "scim_no_target" : "scim_invalid_path",
              "Check the attribute mapping of the provider: it names what is not there.");
      case "invalidValue" ->
          new Advice(
              "scim_invalid_value",
              "Check what the provider sends for the attribute that the message names.");
      case "invalidSyntax" ->
          new Advice("scim_invalid_syntax", "Check whether the provider speaks SCIM 2.0.");
      case "mutability" ->
          new Advice("scim_mutability", "Take the attribute out of the provider's mapping.");
      case "tooMany" -> new Advice("scim_too_many", "Let the provider send or ask for less.");
      default -> null;
    };
  }

  private static Advice byStatus(int status) {
    return switch (status) {
      case 401 ->
          new Advice(
              "scim_bad_token",
              "Paste the directory's newest token into the provider, or rotate it.");
      case 403 -> new Advice("scim_refused", "See the message.");
      case 404 ->
          new Advice(
              "scim_not_found",
              "If the provider believes that it is there, let it provision the object anew.");
      case 405, 501 -> new Advice("scim_unsupported", "Turn the feature off at the provider.");
      case 412 -> new Advice("scim_version_mismatch", "Nothing: the provider reads it anew.");
      case 413 -> new Advice("scim_body_too_large", "Let the provider send less at once.");
      case 415 -> new Advice("scim_content_type", "Let the provider send JSON.");
      case 429 ->
          new Advice("scim_too_many_requests", "Nothing: the provider comes again by itself.");
      case 503 ->
          new Advice(
              "scim_unavailable",
              "Nothing where the provider comes again by itself; else look at the stores.");
      default -> OURS;
    };
  }
}
