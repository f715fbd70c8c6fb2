package io.tollgate.management.object;

import io.tollgate.management.wire.ApiError;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import io.vertx.pgclient.PgException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How this area says what is wrong with a request: 422, where that of keys says 400. */
public final class Forms {
  private static final String UNIQUE_VIOLATION = "23505";
  private static final String KEY = "key";

  /**
   * By constraint the member that is taken. The contract names no code for each kind, and no 409:
   * this is its code for what exists already, wherever a form is told that.
   */
  private static final Map<String, String> TAKEN =
      Map.of(
          "permission_key", KEY,
          "role_key", KEY,
          "role_set_key", KEY,
          "plan_slug", "slug",
          "organization_slug", "slug",
          "membership_once", "user_id",
          "app_user_username", "username",
          "app_user_external_id", "external_id");

  private Forms() {}

  public static Handler<RoutingContext> of(Handler<RoutingContext> endpoint) {
    return exchange -> {
      try {
        endpoint.handle(exchange);
      } catch (ApiError refusal) {
        throw refusal.unprocessable();
      } catch (PgException e) {
        throw explained(e);
      }
    };
  }

  private static RuntimeException explained(PgException e) {
    @Nullable String constraint = e.getConstraint();
    @Nullable String member = constraint == null ? null : TAKEN.get(constraint);
    return UNIQUE_VIOLATION.equals(e.getSqlState()) && member != null
        ? ApiError.form(
            "form_already_exists",
            "already exists",
            member,
            member + " is taken already; choose another one.")
        : e;
  }
}
