package io.tollgate.management.directory;

import io.tollgate.management.scim.ScimError;
import io.tollgate.management.wire.ApiError;
import io.tollgate.store.StoreUnreachable;
import io.vertx.ext.web.handler.HttpException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an identity provider is told of a failure. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
  private static final int STORE_RETRY_AFTER_SECONDS = 1;

  private Failures() {}

  /**
   * Returns what is told.
   *
   * @param status what the router makes of it
   * @param hasChanged whether what was asked for was done before it failed
   */
  static ScimError told(
      @Nullable Throwable failure, int status, String requestId, boolean hasChanged) {
    if (failure instanceof ScimError error) {
      return error;
    }
    if (failure instanceof ApiError refusal) {
      return told(refusal);
    }
    if (failure instanceof StoreUnreachable) {
      LOG.warn("request {} got no answer from a store: {}", requestId, failure.getMessage());
      return ScimError.comeAgain(
          503,
          hasChanged
              ? "The change was made and stays. It could not be shown, since the database does not"
                  + " answer any more. Repeating is safe."
              : "The database does not answer; nothing was changed. Please try again.",
          STORE_RETRY_AFTER_SECONDS);
    }
    int known = failure instanceof HttpException http ? http.getStatusCode() : status;
    return told(known, failure, requestId);
  }

  /** Other parts of the house refuse in their own words. */
  private static ScimError told(ApiError refusal) {
    String detail = Objects.requireNonNull(refusal.getMessage(), "each has one");
    return switch (refusal.status()) {
      case 400, 422 -> ScimError.invalidValue(detail);
      case 409 -> ScimError.uniqueness(detail);
      default -> ScimError.comeAgain(refusal.status(), detail, refusal.retryAfterSeconds());
    };
  }

  private static ScimError told(int status, @Nullable Throwable failure, String requestId) {
    return switch (status) {
      case 400 -> ScimError.invalidSyntax("The request's path or query is not well-formed.");
      case 404 -> ScimError.notFound("There is no such endpoint.");
      case 405 -> new ScimError(405, null, "This endpoint does not take this method.");
      case 413 ->
          new ScimError(
              413,
              null,
              "The body may have " + DirectoryRouter.BODY_BYTES_MAX + " bytes, had more.");
      case 415 ->
          new ScimError(
              415,
              null,
              "The body's Content-Type must be application/scim+json or application/json, in"
                  + " UTF-8.");
      default -> {
        LOG.error("request {} failed", requestId, failure);
        yield new ScimError(500, null, "Something went wrong here, not with you.");
      }
    };
  }
}
