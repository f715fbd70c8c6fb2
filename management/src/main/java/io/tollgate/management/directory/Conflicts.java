package io.tollgate.management.directory;

import io.tollgate.management.scim.ScimDocument;
import io.tollgate.management.scim.ScimError;
import io.tollgate.management.wire.ApiError;
import io.vertx.pgclient.PgException;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What Postgres refuses since two can't have it, or since what is named is gone. */
final class Conflicts {
  private static final String UNIQUE_VIOLATION = "23505";
  private static final String FOREIGN_KEY_VIOLATION = "23503";

  private Conflicts() {}

  /**
   * Writes a document, and tells of a conflict by the attribute.
   *
   * @throws ScimError a 409 where another one has it
   */
  static <T> T told(ScimDocument document, Supplier<T> work) {
    try {
      return work.get();
    } catch (PgException e) {
      throw explained(e, document);
    }
  }

  private static RuntimeException explained(PgException e, ScimDocument document) {
    if (!UNIQUE_VIOLATION.equals(e.getSqlState())) {
      return e;
    }
    return switch (Objects.requireNonNullElse(e.getConstraint(), "")) {
      case "scim_user_name" -> taken("userName", document.userName());
      case "scim_user_external_id", "scim_group_external_id" ->
          taken("externalId", document.externalId());
      default -> e;
    };
  }

  /** Does some work that joins what may be gone meanwhile. */
  static <T> T joined(Supplier<T> work) {
    try {
      return work.get();
    } catch (PgException e) {
      throw FOREIGN_KEY_VIOLATION.equals(e.getSqlState())
          ? ScimError.invalidValue(
              "members must name users and groups of this directory; one has just gone.")
          : e;
    }
  }

  private static ScimError taken(String attribute, @Nullable String value) {
    return ScimError.uniqueness(
        "Another one of this directory has the "
            + attribute
            + " "
            + ApiError.quote(Objects.requireNonNullElse(value, ""))
            + " already.");
  }
}
