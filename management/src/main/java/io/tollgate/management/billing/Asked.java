package io.tollgate.management.billing;

import io.tollgate.access.Subject;
import io.tollgate.management.key.Texts;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestParameters;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The parameters that the questions of this area share, each checked. */
final class Asked {
  /** What published clients put in a page, and what they may ask for. */
  private static final int LIMIT_DEFAULT = 10;

  static final int LIMIT_MAX = 500;
  static final int OFFSET_MAX = 1_000_000;

  private Asked() {}

  static int limit(RequestParameters parameters, int most) {
    return parameters.integer("limit", LIMIT_DEFAULT, 1, most);
  }

  static int offset(RequestParameters parameters) {
    return parameters.integer("offset", 0, 0, OFFSET_MAX);
  }

  /** Returns a text of some shape, or null where there is none. */
  static @Nullable String shaped(
      RequestParameters parameters, String name, Predicate<String> fits, String expected) {
    @Nullable String text = parameters.textOrNull(name);
    if (text != null && !fits.test(text)) {
      throw Texts.format(name, text, expected);
    }
    return text;
  }

  static @Nullable String subject(RequestParameters parameters, String name) {
    return shaped(
        parameters,
        name,
        Subject::isSubject,
        "user_, org_, mch_ or scim_ and 27 letters, digits or underscores");
  }

  /** Returns whether it is somebody who can have a plan: a user or an organization. */
  static boolean isPayer(String id) {
    return Subject.isSubject(id) && (id.startsWith("user_") || id.startsWith("org_"));
  }

  static @Nullable String payer(RequestParameters parameters) {
    return shaped(
        parameters,
        "payer_id",
        Asked::isPayer,
        "user_ or org_ and 27 letters, digits or underscores");
  }

  /** Returns a month that was asked for, or null. */
  static @Nullable Month period(RequestParameters parameters) {
    @Nullable String text = parameters.textOrNull("period");
    return text == null
        ? null
        : Month.of(text).orElseThrow(() -> Texts.format("period", text, "a month such as 2026-11"));
  }

  /** Returns one of some words. */
  static <T> T word(
      RequestParameters parameters,
      String name,
      String fallback,
      List<String> words,
      Function<String, Optional<T>> reading) {
    String text = parameters.or(name, fallback);
    return reading
        .apply(text)
        .orElseThrow(() -> Texts.format(name, text, "one of " + String.join(", ", words)));
  }

  static @Nullable OffsetDateTime time(RequestParameters parameters, String name) {
    @Nullable Long millis = parameters.millisOrNull(name);
    if (millis == null) {
      return null;
    }
    OffsetDateTime time = Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC);
    if (time.getYear() > Month.YEAR_MAX) {
      throw Texts.format(name, millis.toString(), "a time before the year 2100");
    }
    return time;
  }

  static ApiError missing(String name, String detail) {
    return ApiError.parameter("missing_query_parameter", "Missing query parameter", name, detail);
  }
}
