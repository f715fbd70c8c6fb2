package io.tollgate.management.scim;

import com.unboundid.scim2.common.Path;
import io.tollgate.management.wire.ApiError;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of an attribute as filters, PATCH and queries spell it: {@code userName}, {@code
 * name.givenName}, {@code urn:…:User:department}. Names have no case; what a schema describes is
 * spelled here as it does. Immutable.
 *
 * @param urn of an extension; null where it is the resource's own schema
 * @param attribute null where the extension as a whole is named
 * @param sub the attribute within, null where none is named
 * @param type null where no schema of the directory knows the attribute
 */
record AttributeName(
    @Nullable String urn,
    @Nullable String attribute,
    @Nullable String sub,
    @Nullable AttributeType type) {
  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}_$-]{1,128}");
  private static final Pattern URN =
      Pattern.compile("(?i)urn:[\\x21-\\x7e&&[^\"\\[\\]\\\\]]{1,196}");
  private static final Pattern KIND = Pattern.compile("(?i)(user|group)\\..*");

  /**
   * Reads a name.
   *
   * @throws ScimError a 400 invalidPath
   */
  static AttributeName parse(String text, ResourceKind kind, Vocabulary vocabulary) {
    Split split = split(text, vocabulary);
    @Nullable String urn = split.urn;
    if (urn == null && split.rest.isEmpty()) {
      throw invalid(text);
    }
    if (urn != null && urn.equals(kind.schema())) {
      urn = null;
    }
    if (split.rest.isEmpty()) {
      return new AttributeName(urn, null, null, null);
    }
    String[] names = split.rest.split("\\.", -1);
    if (names.length > 2 || !NAME.matcher(names[0]).matches()) {
      throw invalid(text);
    }
    if (names.length == 2 && !NAME.matcher(names[1]).matches()) {
      throw invalid(text);
    }
    @Nullable AttributeType type = type(urn, names[0], kind, vocabulary);
    return new AttributeName(
        urn,
        type == null ? names[0] : type.name(),
        names.length == 1 ? null : canonical(type, names[1]),
        type);
  }

  private static @Nullable AttributeType type(
      @Nullable String urn, String name, ResourceKind kind, Vocabulary vocabulary) {
    if (urn == null) {
      return vocabulary.core(kind, name);
    }
    return kind == ResourceKind.USER
        ? vocabulary.extension(urn).map(extension -> extension.type(name)).orElse(null)
        : null;
  }

  private static String canonical(@Nullable AttributeType type, String sub) {
    @Nullable AttributeType part = type == null ? null : type.part(sub);
    return part == null ? sub : part.name();
  }

  /** A text's URN, null where it has none, and the names behind it. */
  record Split(@Nullable String urn, String rest) {}

  /** Some write a point behind the URN, where RFC 7644 has a colon. */
  static Split split(String text, Vocabulary vocabulary) {
    if (!text.regionMatches(true, 0, "urn:", 0, 4)) {
      return new Split(null, text);
    }
    @Nullable String known = vocabulary.prefix(text);
    if (known != null) {
      int end = known.length();
      return new Split(known, end == text.length() ? "" : text.substring(end + 1));
    }
    int colon = text.lastIndexOf(':');
    String last = text.substring(colon + 1);
    int end = KIND.matcher(last).matches() ? text.indexOf('.', colon) : colon;
    String urn = text.substring(0, end);
    if (!URN.matcher(urn).matches()) {
      throw invalid(text);
    }
    return new Split(urn, text.substring(end + 1));
  }

  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  static boolean isUrn(String text) {
    return URN.matcher(text).matches();
  }

  private static ScimError invalid(String text) {
    return ScimError.invalidPath(
        "The path must name an attribute, such as userName or name.givenName, was "
            + ApiError.quote(text)
            + ".");
  }

  AttributeName withSub(String name) {
    return new AttributeName(urn, attribute, canonical(type, name), type);
  }

  /** Returns the name in the words of the library that filters are made of. */
  Path path() {
    Path path = urn == null ? Path.root() : Path.root(urn);
    if (attribute == null) {
      return path;
    }
    return sub == null ? path.attribute(attribute) : path.attribute(attribute).attribute(sub);
  }

  /** Returns what a schema says of what is named; null where none knows it. */
  @Nullable AttributeType target() {
    if (sub == null || type == null) {
      return type;
    }
    return type.part(sub);
  }

  /** Returns the name as rows of values have it: in small letters, with the URN. */
  String key() {
    String name = attribute == null ? "" : attribute + (sub == null ? "" : "." + sub);
    return AttributeType.lower(urn == null ? name : urn + ":" + name);
  }

  @Override
  public String toString() {
    String name = attribute == null ? "" : attribute + (sub == null ? "" : "." + sub);
    return urn == null ? name : urn + ":" + name;
  }
}
