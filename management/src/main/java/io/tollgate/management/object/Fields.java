package io.tollgate.management.object;

import io.tollgate.management.key.Texts;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestBody;
import org.jspecify.annotations.Nullable;

/** The members of requests that several kinds of objects share. */
public final class Fields {
  public static final String NAME = "name";
  public static final String DESCRIPTION = "description";

  private static final int NAME_MAX = 256;

  private Fields() {}

  public static String name(RequestBody body) {
    return checked(body.named(NAME), body.text(NAME));
  }

  /** Returns a name, or null where it is to stay as it is. */
  public static @Nullable String nameOrNull(RequestBody body) {
    return optional(body, NAME);
  }

  /** Returns a text that is not blank, or null where the member is absent or null. */
  public static @Nullable String optional(RequestBody body, String member) {
    @Nullable String text = body.textOrNull(member);
    return text == null ? null : checked(body.named(member), text);
  }

  private static String checked(String member, String text) {
    Texts.within(member, text, 1, NAME_MAX);
    if (text.isBlank()) {
      throw Texts.format(member, text, "a text that is not blank");
    }
    return text;
  }

  public static @Nullable String description(RequestBody body) {
    @Nullable String text = body.textOrNull(DESCRIPTION);
    return text == null ? null : Texts.within(body.named(DESCRIPTION), text, 0, NAME_MAX);
  }

  public static ApiError notOneOf(String member, String value, String expected) {
    return ApiError.parameter(
        "form_param_value_invalid",
        "is invalid",
        member,
        member + " must be " + expected + ", was " + ApiError.quote(value) + ".");
  }

  /** Says that what the body names is not there. */
  public static ApiError missing(String member, String value) {
    return ApiError.form(
        "form_resource_not_found",
        "was not found",
        member,
        member + " must name what there is, was " + ApiError.quote(value) + ".");
  }
}
