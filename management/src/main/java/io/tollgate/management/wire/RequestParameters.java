package io.tollgate.management.wire;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request's query parameters, read strictly; names that an endpoint does not know are ignored.
 */
public final class RequestParameters {
  private static final Pattern WHOLE = Pattern.compile("(-?[0-9]{1,9})(\\.0{1,9})?");

  private final MultiMap parameters;

  public RequestParameters(RoutingContext exchange) {
    try {
      parameters = exchange.queryParams();
    } catch (RuntimeException undecodable) {
      throw malformed("The query is not well-formed.");
    }
  }

  /** Returns a parameter that must be there. */
  public String required(String name) {
    String value = find(name);
    if (value == null) {
      throw ApiError.parameter(
          "missing_query_parameter",
          "Missing query parameter",
          name,
          "The query parameter " + name + " is required.");
    }
    return value;
  }

  public String or(String name, String other) {
    String value = find(name);
    return value == null ? other : value;
  }

  /** Returns whether the parameter is {@code true}; absent counts as {@code false}. */
  public boolean flag(String name) {
    String value = or(name, "false");
    if (!Set.of("true", "false").contains(value)) {
      throw format(name, value, "true or false");
    }
    return value.equals("true");
  }

  public int integer(String name, int other, int min, int max) {
    String value = find(name);
    if (value == null) {
      return other;
    }
    String expected = "a whole number from " + min + " to " + max;
    // Nine digits fit an int, and no maximum has more. Published clients write 10 as 10.0.
    Matcher whole = WHOLE.matcher(value);
    if (!whole.matches()) {
      throw format(name, value, expected);
    }
    int number = Integer.parseInt(whole.group(1));
    if (number < min || number > max) {
      throw format(name, value, expected);
    }
    return number;
  }

  public @Nullable String textOrNull(String name) {
    return find(name);
  }

  /** Returns a time in milliseconds since the epoch, or null where there is none. */
  public @Nullable Long millisOrNull(String name) {
    String value = find(name);
    if (value == null) {
      return null;
    }
    // Fifteen digits reach far beyond all that Postgres counts as a time of ours.
    if (!value.matches("[0-9]{1,15}")) {
      throw format(name, value, "a time in milliseconds since 1970");
    }
    return Long.parseLong(value);
  }

  private @Nullable String find(String name) {
    List<String> values = parameters.getAll(name);
    if (values.size() > 1) {
      throw ApiError.parameter(
          "form_param_duplicate",
          "is included multiple times",
          name,
          "The query parameter " + name + " must be included once at most.");
    }
    String value = values.isEmpty() ? null : values.get(0);
    if (value != null && (value.indexOf('\0') >= 0 || value.indexOf('\uFFFD') >= 0)) {
      throw malformed("The query parameter " + name + " holds what is no text in UTF-8, or a NUL.");
    }
    return value;
  }

  private static ApiError format(String name, String value, String expected) {
    return ApiError.parameter(
        "form_param_format_invalid",
        "is invalid",
        name,
        name + " must be " + expected + ", was " + ApiError.quote(value) + ".");
  }

  private static ApiError malformed(String detail) {
    return new ApiError(
        400, "malformed_request_parameters", "Malformed request parameters", detail);
  }
}
