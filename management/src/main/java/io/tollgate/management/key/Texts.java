package io.tollgate.management.key;

import io.tollgate.management.wire.ApiError;
import org.jspecify.annotations.Nullable;

/** The checks of texts that several requests share; lengths are counted in code points. */
public final class Texts {
  private Texts() {}

  public static String within(String parameter, String text, int min, int max) {
    int length = text.codePointCount(0, text.length());
    if (length < min) {
      throw ApiError.parameter(
          "form_param_min_length_exceeded",
          "is too short",
          parameter,
          parameter
              + " must have at least "
              + min
              + " characters, was "
              + ApiError.quote(text)
              + ".");
    }
    if (length > max) {
      throw ApiError.parameter(
          "form_param_max_length_exceeded",
          "is too long",
          parameter,
          parameter + " may have " + max + " characters, was " + ApiError.quote(text) + ".");
    }
    return text;
  }

  static @Nullable String withinOrNull(String parameter, @Nullable String text, int max) {
    return text == null ? null : within(parameter, text, 0, max);
  }

  public static ApiError format(String parameter, String value, String expected) {
    return ApiError.parameter(
        "form_param_format_invalid",
        "is invalid",
        parameter,
        parameter + " must be " + expected + ", was " + ApiError.quote(value) + ".");
  }
}
