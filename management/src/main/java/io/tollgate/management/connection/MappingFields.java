package io.tollgate.management.connection;

import io.tollgate.management.key.Texts;
import io.tollgate.management.object.WordId;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestBody;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What requests say of which group makes which role; of a group by either of its names. */
final class MappingFields {
  static final String SCIM_GROUP = "scim_group_id";
  static final String DIRECTORY_GROUP = "directory_group_id";
  static final String ROLE = "role_id";
  static final String PRECEDENCE = "precedence";

  private static final String OF_NEW = "group_role_mappings";
  private static final String SCIM_NAME = "scim_group_display_name";
  private static final String DIRECTORY_NAME = "directory_group_display_name";
  private static final int GROUP_MAX = 255;
  private static final int PRECEDENCE_MAX = 1_000_000;

  private MappingFields() {}

  static String group(RequestBody body) {
    @Nullable String either = either(body, SCIM_GROUP, DIRECTORY_GROUP);
    String group = either == null ? body.text(SCIM_GROUP) : either;
    return Texts.within(body.named(SCIM_GROUP), group, 1, GROUP_MAX);
  }

  /** Both may be said, if they say the same. */
  private static @Nullable String either(RequestBody body, String older, String newer) {
    @Nullable String one = body.textOrNull(older);
    @Nullable String other = body.textOrNull(newer);
    if (one != null && other != null && !one.equals(other)) {
      throw CustomAttribute.conflict(body.named(newer), body.named(older));
    }
    return other == null ? one : other;
  }

  static String role(RequestBody body) {
    String role = body.text(ROLE);
    if (!WordId.isId("role_", role)) {
      throw Texts.format(
          body.named(ROLE), role, "role_ followed by 27 letters, digits or underscores");
    }
    return role;
  }

  /** More than there are is the weakest. */
  static @Nullable Integer precedence(RequestBody body) {
    @Nullable BigDecimal number = body.numberOrNull(PRECEDENCE);
    if (number == null) {
      return null;
    }
    // By comparing first: scaling a number such as 1e500000000 would take minutes.
    if (number.compareTo(BigDecimal.ONE) < 0
        || number.compareTo(BigDecimal.valueOf(PRECEDENCE_MAX)) > 0
        || number.stripTrailingZeros().scale() > 0) {
      throw Texts.format(
          body.named(PRECEDENCE), number.toString(), "a whole number from 1 to " + PRECEDENCE_MAX);
    }
    return number.intValueExact();
  }

  /** Refuses a group that stands in a list twice. */
  static void checkOnce(Set<String> before, RequestBody part) {
    if (!before.add(group(part))) {
      throw ApiError.parameter(
          "form_param_duplicate",
          "is included multiple times",
          part.named(SCIM_GROUP),
          part.named(SCIM_GROUP)
              + " must be another one than those before it, was "
              + ApiError.quote(group(part))
              + ".");
    }
  }

  /**
   * Reads what a directory that is new is to map, which can be nothing: groups have ids of ours,
   * which nobody knows before the identity provider has told of them, and the group of an entry is
   * never guessed by its name. Who sends entries reads which one stands in the way, and nothing is
   * made.
   */
  static void refuseOfNew(RequestBody body) {
    if (!body.hasValue(OF_NEW)) {
      return;
    }
    List<RequestBody> parts = body.parts(OF_NEW, MappingRegistry.COUNT_MAX);
    Set<String> groups = new HashSet<>();
    for (RequestBody part : parts) {
      part.allowOnly(
          Set.of(SCIM_GROUP, DIRECTORY_GROUP, SCIM_NAME, DIRECTORY_NAME, ROLE, PRECEDENCE));
      checkOnce(groups, part);
      @Nullable String name = either(part, SCIM_NAME, DIRECTORY_NAME);
      if (name != null) {
        Texts.within(part.named(SCIM_NAME), name, 0, GROUP_MAX);
      }
      role(part);
      precedence(part);
    }
    if (!parts.isEmpty()) {
      String member = parts.getFirst().named(SCIM_GROUP);
      throw ApiError.form(
          "form_resource_not_found",
          "was not found",
          member,
          member
              + " must name a group that the directory was told of, was "
              + ApiError.quote(group(parts.getFirst()))
              + ": a new one was told of none. Map the group once it has been pushed.");
    }
  }
}
