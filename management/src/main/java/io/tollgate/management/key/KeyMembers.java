package io.tollgate.management.key;

import io.tollgate.access.AddressRanges;
import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.RequestBody;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The members of a key as requests name them: what each may be. Each check throws an {@link
 * ApiError} that names the member, its value and what was expected.
 */
public final class KeyMembers {
  static final String NAME = "name";
  static final String SUBJECT = "subject";
  static final String DESCRIPTION = "description";
  static final String CLAIMS = "claims";
  static final String SCOPES = "scopes";
  static final String ADDRESSES = "allowed_ip_ranges";
  static final String METADATA = "metadata";

  static final int ADDRESSES_MAX = 100;

  private static final int NAME_MIN = 3;
  private static final int NAME_MAX = 255;
  private static final int DESCRIPTION_MAX = 255;
  private static final int OBJECT_BYTES_MAX = 16 * 1024;
  private static final int OBJECT_DEPTH_MAX = 32;

  private static final Pattern USER = Pattern.compile("user_[0-9A-Za-z_]{27}");

  private KeyMembers() {}

  static @Nullable String description(RequestBody body) {
    return Texts.withinOrNull(DESCRIPTION, body.textOrNull(DESCRIPTION), DESCRIPTION_MAX);
  }

  /** Returns an object's text as it came. */
  static @Nullable String object(RequestBody body, String member) {
    String text = body.objectOrNull(member, OBJECT_DEPTH_MAX);
    if (text != null) {
      int bytes = text.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > OBJECT_BYTES_MAX) {
        throw ApiError.parameter(
            "form_param_value_too_large",
            "is too large",
            member,
            member + " may have " + OBJECT_BYTES_MAX + " bytes, had " + bytes + ".");
      }
    }
    return text;
  }

  static List<String> addresses(RequestBody body) {
    List<String> ranges = List.copyOf(new LinkedHashSet<>(body.texts(ADDRESSES)));
    if (ranges.size() > ADDRESSES_MAX) {
      throw ApiError.parameter(
          "form_param_value_too_large",
          "is too large",
          ADDRESSES,
          ADDRESSES + " may name " + ADDRESSES_MAX + ", named " + ranges.size() + ".");
    }
    for (String range : ranges) {
      if (!AddressRanges.isRange(range)) {
        throw Texts.format(
            ADDRESSES,
            range,
            "IP addresses, or ones and the length of a prefix beyond which no bit is set, such as"
                + " 10.0.0.0/8");
      }
    }
    return ranges;
  }

  static String subject(String subject) {
    if (!Subject.isSubject(subject)) {
      throw Texts.format(
          "subject", subject, "user_, org_, mch_ or scim_ and 27 letters, digits or underscores");
    }
    return subject;
  }

  static String name(String name) {
    Texts.within("name", name, NAME_MIN, NAME_MAX);
    if (isSpace(name.codePointAt(0)) || isSpace(name.codePointBefore(name.length()))) {
      throw Texts.format("name", name, "a text that neither starts nor ends with white space");
    }
    return name;
  }

  private static boolean isSpace(int codePoint) {
    return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint);
  }

  /** Returns scopes, each once. */
  public static List<String> scopes(List<String> given) {
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

  static @Nullable String createdBy(@Nullable String user) {
    if (user != null && !USER.matcher(user).matches()) {
      throw Texts.format(
          "created_by", user, "user_ and 27 letters, digits or underscores, or null");
    }
    return user;
  }
}
