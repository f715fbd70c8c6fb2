package io.tollgate.management.scim;

import io.tollgate.management.wire.ApiError;
import org.jspecify.annotations.Nullable;

/** The order of a list, in the words of the database. */
public final class SortSql {
  private SortSql() {}

  /**
   * Returns what stands behind {@code ORDER BY}. The order is whole, so that no resource is on two
   * pages: those that are equal follow in the order in which they came.
   *
   * @param sortBy the name of an attribute; null for the order in which they came
   * @param sortOrder {@code ascending} or {@code descending}; null for the first
   * @param firstParameter the number of the first parameter in the text
   * @throws ScimError a 400 where it can't be sorted so
   */
  public static SqlCondition of(
      @Nullable String sortBy,
      @Nullable String sortOrder,
      ResourceKind kind,
      Vocabulary vocabulary,
      int firstParameter) {
    String direction = direction(sortOrder);
    String alias = kind == ResourceKind.USER ? "u" : "g";
    String rest = alias + ".created_at" + direction + ", " + alias + ".id" + direction;
    var values = new SqlValues(firstParameter);
    if (sortBy == null || sortBy.isBlank()) {
      return values.with(rest);
    }
    return values.with(key(name(sortBy, kind, vocabulary), kind, values) + direction + ", " + rest);
  }

  private static String direction(@Nullable String sortOrder) {
    if (sortOrder == null || sortOrder.isBlank() || sortOrder.equalsIgnoreCase("ascending")) {
      return "";
    }
    if (sortOrder.equalsIgnoreCase("descending")) {
      return " DESC";
    }
    throw ScimError.invalidValue(
        "sortOrder must be ascending or descending, was " + ApiError.quote(sortOrder) + ".");
  }

  private static AttributeName name(String sortBy, ResourceKind kind, Vocabulary vocabulary) {
    AttributeName name = parsed(sortBy, kind, vocabulary);
    @Nullable AttributeType type = name.target();
    if (type != null && type.isComplex() && type.part("value") != null) {
      name = name.withSub("value");
      type = name.target();
    }
    if (type == null || type.isComplex() || "password".equals(name.attribute())) {
      throw ScimError.invalidPath(
          "sortBy must be an attribute that has one value, was " + ApiError.quote(sortBy) + ".");
    }
    return name;
  }

  private static AttributeName parsed(String sortBy, ResourceKind kind, Vocabulary vocabulary) {
    try {
      return AttributeName.parse(sortBy.strip(), kind, vocabulary);
    } catch (ScimError notOne) {
      throw ScimError.invalidPath(
          "sortBy must name an attribute, such as userName or name.familyName, was "
              + ApiError.quote(sortBy)
              + ".");
    }
  }

  private static String key(AttributeName name, ResourceKind kind, SqlValues values) {
    @Nullable SqlField field = SqlFields.of(kind, values).find(name);
    if (field == null) {
      // Known and told by the server alike of all: they are as good as equal.
      return "NULL::text";
    }
    String key =
        switch (field.nature()) {
          case FOLDED, EXACT -> field.expression() + " COLLATE \"C\"";
          case FLAG, TIME -> field.expression();
        };
    if (field.among() == null) {
      return key;
    }
    return first(field.among() + (field.guard() == null ? "" : " AND " + field.guard()), key);
  }

  /** Of several values the preferred one counts, or else the first (RFC 7644, 3.4.2.3). */
  private static String first(String among, String key) {
    String order =
        among.contains("scim_user_value") ? "v.is_primary DESC NULLS LAST, v.place" : "1";
    return "("
        + among.replaceFirst("SELECT 1", "SELECT " + key.replace("$", "\\$"))
        + " ORDER BY "
        + order
        + " LIMIT 1)";
  }
}
