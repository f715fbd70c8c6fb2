package io.tollgate.management.connection;

import io.tollgate.management.audit.Change;
import io.tollgate.management.key.Texts;
import io.tollgate.management.object.Fields;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestBody;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An attribute that sign-in and directory sync fill. Immutable.
 *
 * @param key its name in users' public metadata
 * @param ssoPath where sign-in reads it; null where it does not
 * @param directoryPath the same of directory sync
 */
record CustomAttribute(
    String name,
    String key,
    @Nullable String ssoPath,
    @Nullable String directoryPath,
    boolean multiValued) {
  static final String MEMBER = "custom_attributes";

  /** How many a connection may have. */
  static final int COUNT_MAX = 50;

  private static final String KEY = "key";
  private static final String SSO_PATH = "sso_path";
  private static final String SCIM_PATH = "scim_path";
  private static final String DIRECTORY_PATH = "directory_path";
  private static final String MULTI_VALUED = "multi_valued";
  private static final int KEY_MAX = 128;
  private static final int PATH_MAX = 512;
  private static final Pattern KEY_SHAPE = Pattern.compile("[^_\\s\\p{C}][A-Za-z0-9_-]*");

  private static final String INSERT =
      """
      INSERT INTO tollgate.connection_attribute (
        connection_id, place, key, name, sso_path, directory_path, multi_valued)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      """;

  /** Returns those that a body names, or null where they are to stay. */
  static @Nullable List<CustomAttribute> parse(RequestBody body) {
    if (!body.hasValue(MEMBER)) {
      return null;
    }
    List<CustomAttribute> attributes = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    for (RequestBody part : body.parts(MEMBER, COUNT_MAX)) {
      CustomAttribute attribute = one(part);
      if (!keys.add(attribute.key)) {
        throw ApiError.parameter(
            "form_param_duplicate",
            "is included multiple times",
            part.named(KEY),
            part.named(KEY)
                + " must be another one than those before it, was "
                + ApiError.quote(attribute.key)
                + ".");
      }
      attributes.add(attribute);
    }
    return attributes;
  }

  private static CustomAttribute one(RequestBody part) {
    part.allowOnly(Set.of(Fields.NAME, KEY, SSO_PATH, SCIM_PATH, DIRECTORY_PATH, MULTI_VALUED));
    String key = Texts.within(part.named(KEY), part.text(KEY), 1, KEY_MAX);
    if (!KEY_SHAPE.matcher(key).matches()) {
      throw Texts.format(
          part.named(KEY), key, "letters, digits, underscores and hyphens, not beginning with _");
    }
    return new CustomAttribute(
        Fields.name(part),
        key,
        path(part, SSO_PATH),
        directoryPath(part),
        part.hasValue(MULTI_VALUED) && part.flag(MULTI_VALUED));
  }

  /** By either name; both may be said, if they say the same. */
  private static @Nullable String directoryPath(RequestBody part) {
    @Nullable String older = path(part, SCIM_PATH);
    @Nullable String newer = path(part, DIRECTORY_PATH);
    if (older != null && newer != null && !older.equals(newer)) {
      throw conflict(part.named(DIRECTORY_PATH), part.named(SCIM_PATH));
    }
    @Nullable String path = newer == null ? older : newer;
    String member = part.named(newer == null ? SCIM_PATH : DIRECTORY_PATH);
    return path == null ? null : DirectoryEndpoint.path(member, path);
  }

  /** Says that two names of one thing do not agree. */
  static ApiError conflict(String one, String other) {
    return ApiError.form(
        "form_param_value_conflict",
        "conflicts",
        one,
        one + " and " + other + " are two names of one thing, and must have the same value.");
  }

  /** A blank path is none. */
  private static @Nullable String path(RequestBody part, String member) {
    @Nullable String path = part.textOrNull(member);
    return path == null || path.isBlank()
        ? null
        : Texts.within(part.named(member), path, 1, PATH_MAX);
  }

  /**
   * Puts these in the place of all that the connection has.
   *
   * @return keys that have become others: a directory reads by the same path now what has a key
   *     that was not there before
   */
  static List<String> replace(
      Change change, String connectionId, List<CustomAttribute> attributes) {
    Map<String, String> before = new LinkedHashMap<>();
    String sql =
        "SELECT key, directory_path FROM tollgate.connection_attribute"
            + " WHERE connection_id = $1 ORDER BY place";
    for (Row row : change.execute(sql, Tuple.of(connectionId))) {
      before.put(row.getString(KEY), Objects.requireNonNullElse(row.getString(DIRECTORY_PATH), ""));
    }
    change.execute(
        "DELETE FROM tollgate.connection_attribute WHERE connection_id = $1",
        Tuple.of(connectionId));
    List<Tuple> rows = new ArrayList<>();
    for (CustomAttribute attribute : attributes) {
      rows.add(
          Tuple.of(
                  connectionId,
                  rows.size(),
                  attribute.key,
                  attribute.name,
                  attribute.ssoPath,
                  attribute.directoryPath)
              .addBoolean(attribute.multiValued));
    }
    change.executeAll(INSERT, rows);
    return renamed(before, attributes);
  }

  private static List<String> renamed(
      Map<String, String> before, List<CustomAttribute> attributes) {
    Set<String> kept = new HashSet<>();
    attributes.forEach(attribute -> kept.add(attribute.key));
    List<String> newPaths = new ArrayList<>();
    for (CustomAttribute attribute : attributes) {
      if (attribute.directoryPath != null && !before.containsKey(attribute.key)) {
        newPaths.add(attribute.directoryPath);
      }
    }
    return before.keySet().stream()
        .filter(key -> !kept.contains(key) && newPaths.remove(before.get(key)))
        .toList();
  }
}
