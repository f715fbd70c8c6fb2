package io.tollgate.management.key;

import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestBody;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A key that is wanted, in which all is right. Immutable.
 *
 * @param claims a JSON object as it came
 * @param lifetimeMillis from its creation on; null is forever
 */
record NewKey(
    String type,
    String subject,
    String name,
    @Nullable String description,
    @Nullable String claims,
    List<String> scopes,
    @Nullable String createdBy,
    @Nullable Long lifetimeMillis) {
  private static final int NAME_MIN = 3;
  private static final int NAME_MAX = 255;
  private static final String TYPE_DEFAULT = "api_key";
  private static final int TYPE_MIN = 3;
  private static final int TYPE_MAX = 25;
  private static final int DESCRIPTION_MAX = 255;
  private static final int CLAIMS_BYTES_MAX = 16 * 1024;
  private static final int CLAIMS_DEPTH_MAX = 32;

  /** A hundred years of 365 days. */
  private static final BigDecimal LIFETIME_SECONDS_MAX = BigDecimal.valueOf(100L * 365 * 86_400);

  private static final BigDecimal ONE_MILLISECOND = new BigDecimal("0.001");
  private static final Pattern USER = Pattern.compile("user_[0-9A-Za-z_]{27}");
  private static final Set<String> MEMBERS =
      Set.of(
          "type",
          "subject",
          "name",
          "description",
          "claims",
          "scopes",
          "created_by",
          "seconds_until_expiration");

  /**
   * Reads a body.
   *
   * @throws ApiError naming the member, its value and what was expected
   */
  static NewKey parse(RequestBody body) {
    body.allowOnly(MEMBERS);
    return new NewKey(
        Texts.within("type", body.textOr("type", TYPE_DEFAULT), TYPE_MIN, TYPE_MAX),
        subject(body.text("subject")),
        name(body.text("name")),
        Texts.withinOrNull("description", body.textOrNull("description"), DESCRIPTION_MAX),
        claims(body.objectOrNull("claims", CLAIMS_DEPTH_MAX)),
        scopes(body.texts("scopes")),
        createdBy(body.textOrNull("created_by")),
        lifetimeMillis(body.numberOrNull("seconds_until_expiration")));
  }

  static String subject(String subject) {
    if (!Subject.isSubject(subject)) {
      throw Texts.format(
          "subject", subject, "user_, org_, mch_ or scim_ and 27 letters, digits or underscores");
    }
    return subject;
  }

  private static String name(String name) {
    Texts.within("name", name, NAME_MIN, NAME_MAX);
    if (isSpace(name.codePointAt(0)) || isSpace(name.codePointBefore(name.length()))) {
      throw Texts.format("name", name, "a text that neither starts nor ends with white space");
    }
    return name;
  }

  private static boolean isSpace(int codePoint) {
    return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint);
  }

  private static @Nullable String claims(@Nullable String claims) {
    if (claims != null) {
      int bytes = claims.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > CLAIMS_BYTES_MAX) {
        throw ApiError.parameter(
            "form_param_value_too_large",
            "is too large",
            "claims",
            "claims may have " + CLAIMS_BYTES_MAX + " bytes, had " + bytes + ".");
      }
    }
    return claims;
  }

  private static List<String> scopes(List<String> given) {
    List<String> scopes = List.copyOf(new LinkedHashSet<>(given));
    if (scopes.size() > Scopes.COUNT_MAX) {
      throw ApiError.parameter(
          "form_param_value_too_large",
          "is too large",
          "scopes",
          "scopes may name " + Scopes.COUNT_MAX + ", named " + scopes.size() + ".");
    }
    for (String scope : scopes) {
      if (!Scopes.isScope(scope)) {
        throw Texts.format(
            "scopes",
            scope,
            "texts of 1 to "
                + Scopes.SCOPE_LENGTH_MAX
                + " visible ASCII characters without quote or backslash");
      }
    }
    return scopes;
  }

  private static @Nullable String createdBy(@Nullable String user) {
    if (user != null && !USER.matcher(user).matches()) {
      throw Texts.format(
          "created_by", user, "user_ and 27 letters, digits or underscores, or null");
    }
    return user;
  }

  private static @Nullable Long lifetimeMillis(@Nullable BigDecimal seconds) {
    if (seconds == null) {
      return null;
    }
    if (seconds.signum() < 0 || seconds.compareTo(LIFETIME_SECONDS_MAX) > 0) {
      throw ApiError.parameter(
          "form_param_value_invalid",
          "is invalid",
          "seconds_until_expiration",
          "seconds_until_expiration must be 0 to "
              + LIFETIME_SECONDS_MAX
              + " (100 years) or null, was "
              + ApiError.quote(seconds.toString())
              + ".");
    }
    // Told by comparing: scaling a number such as 1e-500000000 would take minutes.
    if (seconds.compareTo(ONE_MILLISECOND) < 0) {
      return 0L;
    }
    // Fractions count to the millisecond; what is finer ends the key earlier, never later.
    return seconds.movePointRight(3).setScale(0, RoundingMode.DOWN).longValueExact();
  }
}
