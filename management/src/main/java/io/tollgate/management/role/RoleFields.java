package io.tollgate.management.role;

import io.tollgate.management.key.Texts;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestBody;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What permissions, roles and role sets are called in requests. */
final class RoleFields {
  static final String KEY = "key";
  static final String PERMISSIONS = "permissions";

  private static final int KEY_MAX = 128;
  private static final Pattern PERMISSION_KEY = Pattern.compile("org:[a-z0-9_]+:[a-z0-9_]+");
  private static final Pattern ROLE_KEY = Pattern.compile("org:[a-z0-9_]+");
  private static final Pattern ROLE_SET_KEY = Pattern.compile("role_set:[a-z0-9_]{1,128}");

  /** How many roles one request may put into a role set. */
  private static final int ROLES_MAX = 10;

  private RoleFields() {}

  static String permissionKey(String key) {
    if (!PERMISSION_KEY.matcher(Texts.within(KEY, key, 0, KEY_MAX)).matches()) {
      throw Texts.format(
          KEY, key, "org:<feature>:<action>, of lower-case letters, digits and underscores");
    }
    if (key.startsWith("org:sys_")) {
      throw ApiError.parameter(
          "form_param_value_invalid",
          "is invalid",
          KEY,
          "org:sys_ begins the keys of system permissions, no others.");
    }
    return key;
  }

  static String roleKey(String key) {
    if (!ROLE_KEY.matcher(Texts.within(KEY, key, 0, KEY_MAX)).matches()) {
      throw Texts.format(KEY, key, "org:<role>, of lower-case letters, digits and underscores");
    }
    return key;
  }

  static boolean isRoleSetKey(String key) {
    return ROLE_SET_KEY.matcher(key).matches();
  }

  /** Returns the key of a role set, or null where the member is absent or null. */
  static @Nullable String roleSetKeyOrNull(RequestBody body, String member) {
    @Nullable String key = body.textOrNull(member);
    if (key != null && !isRoleSetKey(key)) {
      throw Texts.format(
          member, key, "role_set: and up to 128 lower-case letters, digits and underscores");
    }
    return key;
  }

  /** Returns keys of roles, each once, of which there must be some. */
  static List<String> roleKeys(RequestBody body, String member) {
    if (!body.has(member)) {
      throw ApiError.parameter(
          "form_param_missing", "is missing", member, member + " must be included.");
    }
    List<String> keys = List.copyOf(new LinkedHashSet<>(body.texts(member)));
    if (keys.isEmpty() || keys.size() > ROLES_MAX) {
      throw ApiError.parameter(
          keys.isEmpty() ? "form_param_min_length_exceeded" : "form_param_value_too_large",
          keys.isEmpty() ? "is too short" : "is too large",
          member,
          member + " must name 1 to " + ROLES_MAX + " roles, named " + keys.size() + ".");
    }
    return keys;
  }

  /** Returns ids of permissions, each once, or null where none are named. */
  static @Nullable List<String> permissions(RequestBody body) {
    return body.hasValue(PERMISSIONS)
        ? List.copyOf(new LinkedHashSet<>(body.texts(PERMISSIONS)))
        : null;
  }
}
