package io.tollgate.management.scim;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where the database has the attributes of a user, whose row is {@code u}: the few that identify
 * him in that row, all else in rows of values.
 */
final class UserFields implements SqlFields {
  private static final String GROUPS =
      "SELECT 1 FROM tollgate.scim_group_member m"
          + " WHERE m.directory_id = u.directory_id AND m.scim_user_id = u.id";
  private static final String GROUP_NAME =
      "(SELECT d.display_name_key FROM tollgate.scim_group d"
          + " WHERE d.directory_id = m.directory_id AND d.id = m.group_id)";

  private final SqlValues values;

  UserFields(SqlValues values) {
    this.values = values;
  }

  @Override
  public @Nullable SqlField find(AttributeName name) {
    if (name.urn() != null) {
      return valueRow(name);
    }
    return switch (Objects.requireNonNullElse(name.attribute(), "")) {
      case "id" -> SqlField.own("u.id", SqlField.Nature.EXACT);
      case "externalId" -> SqlField.own("u.external_id", SqlField.Nature.EXACT);
      case "userName" -> SqlField.own("u.user_name_key", SqlField.Nature.FOLDED);
      case "active" -> SqlField.own("u.active", SqlField.Nature.FLAG);
      case "meta" -> SqlFields.meta(name, "u", ResourceKind.USER);
      case "schemas" -> null;
      case "groups" -> {
        @Nullable SqlField part = group(Objects.requireNonNullElse(name.sub(), "value"));
        yield part == null ? null : part.among(GROUPS);
      }
      default -> valueRow(name);
    };
  }

  private SqlField valueRow(AttributeName name) {
    if (isList(name)) {
      String part = Objects.requireNonNullElse(name.sub(), "value");
      @Nullable SqlField column = column(part, exact(name));
      if (column != null) {
        return column.among(rows(list(name)));
      }
    }
    return text("v", exact(name)).among(rows(name));
  }

  private static SqlField text(String alias, boolean exact) {
    return exact
        ? SqlField.own(alias + ".value", SqlField.Nature.EXACT)
        : SqlField.own(alias + ".value_key", SqlField.Nature.FOLDED);
  }

  private static boolean isList(AttributeName name) {
    @Nullable AttributeType type = name.type();
    return type != null && type.isComplex() && type.multiValued();
  }

  private static AttributeName list(AttributeName name) {
    return new AttributeName(name.urn(), name.attribute(), null, name.type());
  }

  private static boolean exact(AttributeName name) {
    @Nullable AttributeType type = name.target();
    return type != null
        && (type.isComplex() ? AttributeType.hasCase(type, "value") : type.caseExact());
  }

  private static @Nullable SqlField column(String part, boolean exact) {
    return switch (part) {
      // Of an element without a value the row has an empty one.
      case "value" -> text("v", exact).guarded("v.value <> ''");
      case "type" -> SqlField.own("v.type_key", SqlField.Nature.FOLDED);
      case "primary" -> SqlField.own("v.is_primary", SqlField.Nature.FLAG);
      default -> null;
    };
  }

  private String rows(AttributeName name) {
    return "SELECT 1 FROM tollgate.scim_user_value v WHERE v.directory_id = u.directory_id"
        + " AND v.scim_user_id = u.id AND v.attribute = "
        + values.add(name.key());
  }

  @Override
  public String presence(AttributeName name) {
    @Nullable AttributeType target = name.target();
    boolean whole = target != null && target.isComplex();
    if (!whole) {
      @Nullable SqlField field = find(name);
      return field == null ? "FALSE" : field.presence();
    }
    return switch (Objects.requireNonNullElse(name.attribute(), "")) {
      case "meta" -> "TRUE";
      case "groups" -> "EXISTS (" + GROUPS + ")";
      default -> inDocument(name);
    };
  }

  /** The names are a schema's own, so that they can stand in the statement. */
  private static String inDocument(AttributeName name) {
    String path = name.urn() == null ? "" : "\"" + name.urn() + "\",";
    return "u.document #> '{" + path + name.attribute() + "}' IS NOT NULL";
  }

  @Override
  public @Nullable Elements elements(AttributeName name) {
    if (name.urn() == null && "groups".equals(name.attribute())) {
      return new Elements(GROUPS, null, UserFields::group);
    }
    @Nullable AttributeType type = name.type();
    if (type == null || type.isFree() || isList(name)) {
      return new Elements(rows(name), null, part -> element(name, part));
    }
    return type.isComplex() && !type.readOnly()
        ? new Elements(null, inDocument(name), part -> find(name.withSub(part)))
        : null;
  }

  /** A part of the element whose row is {@code v}: there, or in a row of the same place. */
  private SqlField element(AttributeName name, String part) {
    AttributeName named = name.withSub(part);
    @Nullable SqlField column = column(part, exact(named));
    if (column != null) {
      return column;
    }
    String among =
        "SELECT 1 FROM tollgate.scim_user_value w WHERE w.directory_id = v.directory_id"
            + " AND w.scim_user_id = v.scim_user_id AND w.place = v.place AND w.attribute = "
            + values.add(named.key());
    return text("w", exact(named)).among(among);
  }

  private static @Nullable SqlField group(String part) {
    return switch (part) {
      case "value" -> SqlField.own("m.group_id", SqlField.Nature.EXACT);
      case "display" -> SqlField.own(GROUP_NAME, SqlField.Nature.FOLDED);
      case "type" -> SqlField.own("'direct'::text", SqlField.Nature.FOLDED);
      default -> null;
    };
  }
}
