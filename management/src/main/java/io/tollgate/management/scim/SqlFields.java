package io.tollgate.management.scim;

import com.unboundid.scim2.common.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where the database has the attributes of one kind of resource. */
interface SqlFields {
  /**
   * The elements of an attribute, or the one that it is.
   *
   * @param among their rows, as a query that a condition can be added to; null where the parts are
   *     looked for each by itself
   * @param present true where there is an element at all; null where a row says it
   * @param parts where each part of an element is, by its name; null where it is nowhere
   */
  record Elements(
      @Nullable String among,
      @Nullable String present,
      Function<String, @Nullable SqlField> parts) {
    /** Returns the condition that one element has it. */
    String having(String condition) {
      return among == null
          ? "(" + present + " AND " + condition + ")"
          : "EXISTS (" + among + " AND " + condition + ")";
    }
  }

  /** Returns where the attribute is, null where it is nowhere. */
  @Nullable SqlField find(AttributeName name);

  /** Returns the condition that there is any value of an attribute. */
  String presence(AttributeName name);

  /** Returns where the elements of an attribute are, null where they are nowhere. */
  @Nullable Elements elements(AttributeName name);

  static SqlFields of(ResourceKind kind, SqlValues values) {
    return kind == ResourceKind.USER ? new UserFields(values) : new GroupFields();
  }

  static AttributeName name(Path path, ResourceKind kind) {
    return AttributeName.parse(path.toString(), kind, Vocabulary.STANDARD);
  }

  /** Returns where {@code meta} is, which the rows of both kinds have. */
  static @Nullable SqlField meta(AttributeName name, String alias, ResourceKind kind) {
    return switch (name.sub() == null ? "" : name.sub()) {
      case "created" -> SqlField.own(alias + ".created_at", SqlField.Nature.TIME);
      case "lastModified" -> SqlField.own(alias + ".updated_at", SqlField.Nature.TIME);
      case "resourceType" -> SqlField.own("'" + kind.title() + "'::text", SqlField.Nature.EXACT);
      default -> null;
    };
  }
}
