package io.tollgate.management.scim;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where the database has the attributes of a group, whose row is {@code g}. */
final class GroupFields implements SqlFields {
  /** Users, and groups in groups. */
  static final String MEMBERS =
      "SELECT 1 FROM ("
          + "SELECT directory_id, group_id, scim_user_id AS id, 'user'::text AS type"
          + " FROM tollgate.scim_group_member"
          + " UNION ALL SELECT directory_id, group_id, member_id, 'group'"
          + " FROM tollgate.scim_group_group) m"
          + " WHERE m.directory_id = g.directory_id AND m.group_id = g.id";

  @Override
  public @Nullable SqlField find(AttributeName name) {
    if (name.urn() != null || name.attribute() == null) {
      return null;
    }
    return switch (name.attribute()) {
      case "id" -> SqlField.own("g.id", SqlField.Nature.EXACT);
      case "externalId" -> SqlField.own("g.external_id", SqlField.Nature.EXACT);
      case "displayName" -> SqlField.own("g.display_name_key", SqlField.Nature.FOLDED);
      case "meta" -> SqlFields.meta(name, "g", ResourceKind.GROUP);
      case "members" -> {
        @Nullable SqlField part = member(Objects.requireNonNullElse(name.sub(), "value"));
        yield part == null ? null : part.among(MEMBERS);
      }
      default -> null;
    };
  }

  @Override
  public String presence(AttributeName name) {
    if ("meta".equals(name.attribute()) && name.sub() == null) {
      return "TRUE";
    }
    @Nullable SqlField field = find(name);
    return field == null ? "FALSE" : field.presence();
  }

  @Override
  public @Nullable Elements elements(AttributeName name) {
    return name.urn() == null && "members".equals(name.attribute())
        ? new Elements(MEMBERS, null, GroupFields::member)
        : null;
  }

  private static @Nullable SqlField member(String part) {
    return switch (part) {
      case "value" -> SqlField.own("m.id", SqlField.Nature.EXACT);
      case "type" -> SqlField.own("m.type", SqlField.Nature.FOLDED);
      default -> null;
    };
  }
}
