package io.tollgate.management.wire;

import io.vertx.core.json.JsonObject;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A refusal as the caller reads it: a status, a stable code, a short and a long sentence.
 *
 * <p>Its sentences leave the process, so nothing secret or internal may stand in them.
 */
public final class ApiError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** How much of an offending value an error repeats, in characters. */
  private static final int QUOTE_LENGTH_MAX = 100;

  private final int status;
  private final String code;
  private final String title;
  private final @Nullable String parameter;
  private final int retryAfterSeconds;

  private ApiError(
      int status,
      String code,
      String title,
      String detail,
      @Nullable String parameter,
      int retryAfterSeconds) {
    // An expected outcome: a trace would say nothing and cost much.
    super(detail, null, false, false);
    this.status = status;
    this.code = code;
    this.title = title;
    this.parameter = parameter;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  public ApiError(int status, String code, String title, String detail) {
    this(status, code, title, detail, null, 0);
  }

  /** Returns a 400 that names the offending parameter or member. */
  public static ApiError parameter(String code, String title, String parameter, String detail) {
    return new ApiError(400, code, title, detail, parameter, 0);
  }

  /** Returns a 422 that names the offending member. */
  public static ApiError form(String code, String title, String parameter, String detail) {
    return new ApiError(422, code, title, detail, parameter, 0);
  }

  /**
   * Returns the same as a 422 where it is a 400 about one parameter: of keys the contract says 400,
   * of all else 422.
   */
  public ApiError unprocessable() {
    return status == 400 && parameter != null ? form(code, title, parameter, detail()) : this;
  }

  /** Returns a 503 that asks the caller to come again. */
  public static ApiError unavailable(
      String code, String title, String detail, int retryAfterSeconds) {
    return new ApiError(503, code, title, detail, null, retryAfterSeconds);
  }

  public static ApiError notFound(String detail) {
    return new ApiError(404, "resource_not_found", "Resource not found", detail);
  }

  /** Returns the value in quotes, cut short where it is long. */
  public static String quote(String value) {
    return value.length() <= QUOTE_LENGTH_MAX
        ? '"' + value + '"'
        : '"'
            + value.substring(0, value.offsetByCodePoints(0, codePointsShown(value)))
            + "…\" ("
            + value.length()
            + " characters)";
  }

  private static int codePointsShown(String value) {
    return Math.min(QUOTE_LENGTH_MAX, value.codePointCount(0, value.length()));
  }

  /** Returns the refusal as an error of the contract's envelope. */
  public JsonObject toJson() {
    JsonObject json =
        new JsonObject().put("code", code).put("message", title).put("long_message", detail());
    return parameter == null
        ? json
        : json.put("meta", new JsonObject().put("param_name", parameter));
  }

  private String detail() {
    return Objects.requireNonNull(getMessage(), "each has one");
  }

  public int status() {
    return status;
  }

  /** Returns the seconds after which to come again, or 0 where that would not help. */
  public int retryAfterSeconds() {
    return retryAfterSeconds;
  }
}
