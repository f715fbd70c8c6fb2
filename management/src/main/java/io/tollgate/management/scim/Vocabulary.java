package io.tollgate.management.scim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which attributes a directory understands: the standard's, and those that something is mapped
 * from. All others are dropped without complaint, since an identity provider would else stop.
 * Immutable.
 */
public final class Vocabulary {
  /** What is understood where nothing is mapped. */
  public static final Vocabulary STANDARD = new Vocabulary(List.of());

  /**
   * A schema beside that of the user.
   *
   * @param open whether it takes attributes that it does not describe
   * @param described by its schema, by the name in small letters
   * @param mapped those not described that something is mapped from
   */
  record Extension(
      String urn, boolean open, Map<String, AttributeType> described, List<AttributeType> mapped) {
    @Nullable AttributeType type(String name) {
      @Nullable AttributeType known = described.get(AttributeType.lower(name));
      return known != null
          ? known
          : named(mapped, name).orElse(open ? AttributeType.free(name) : null);
    }
  }

  private final Map<String, Extension> extensions = new LinkedHashMap<>();
  private final List<AttributeType> core = new ArrayList<>();

  private Vocabulary(Collection<String> paths) {
    put(new Extension(Schemas.ENTERPRISE, false, Schemas.ENTERPRISE_USER, List.of()));
    put(new Extension(Schemas.TOLLGATE, true, Map.of(), List.of()));
    put(new Extension(Schemas.CLERK, true, Map.of(), List.of()));
    paths.forEach(this::map);
  }

  /**
   * Returns the standard's with what is mapped.
   *
   * @param mappedPaths as {@link AttributePath} reads them; those it can't read are passed over
   */
  public static Vocabulary of(Collection<String> mappedPaths) {
    return mappedPaths.isEmpty() ? STANDARD : new Vocabulary(mappedPaths);
  }

  private void put(Extension extension) {
    extensions.put(AttributeType.lower(extension.urn()), extension);
  }

  private void map(String path) {
    Optional<AttributePath> read = AttributePath.find(path, this);
    if (read.isEmpty()) {
      return;
    }
    @Nullable String urn = read.get().urn();
    @Nullable String name = read.get().attribute();
    if (urn != null) {
      Extension extension =
          extension(urn).orElseGet(() -> new Extension(urn, true, Map.of(), List.of()));
      put(name == null ? extension : with(extension, name));
    } else if (name != null && core(ResourceKind.USER, name) == null) {
      core.add(AttributeType.free(name));
    }
  }

  private static Extension with(Extension extension, String name) {
    if (extension.described().containsKey(AttributeType.lower(name))
        || named(extension.mapped(), name).isPresent()) {
      return extension;
    }
    List<AttributeType> mapped = new ArrayList<>(extension.mapped());
    mapped.add(AttributeType.free(name));
    return new Extension(
        extension.urn(), extension.open(), extension.described(), List.copyOf(mapped));
  }

  private static Optional<AttributeType> named(List<AttributeType> types, String name) {
    return types.stream().filter(type -> type.name().equalsIgnoreCase(name)).findFirst();
  }

  List<Extension> extensions() {
    return List.copyOf(extensions.values());
  }

  /** Returns the extension of a user that has the URN, in any case. */
  Optional<Extension> extension(String urn) {
    return Optional.ofNullable(extensions.get(AttributeType.lower(urn)));
  }

  /** Returns what is mapped from attributes of a user that no schema describes. */
  List<AttributeType> mappedCore() {
    return List.copyOf(core);
  }

  /** Returns the type of an attribute that stands in no extension; null where there is none. */
  @Nullable AttributeType core(ResourceKind kind, String name) {
    String lower = AttributeType.lower(name);
    @Nullable AttributeType common = AttributeType.COMMON.get(lower);
    if (common != null) {
      return common;
    }
    if (kind == ResourceKind.GROUP) {
      return Schemas.GROUP.get(lower);
    }
    @Nullable AttributeType known = Schemas.USER.get(lower);
    return known != null ? known : named(core, name).orElse(null);
  }

  /**
   * Returns the longest known URN that a name begins with, in any case; null where there is none.
   */
  @Nullable String prefix(String name) {
    return Stream.concat(
            extensions.values().stream().map(Extension::urn),
            Stream.of(ResourceKind.values()).map(ResourceKind::schema))
        .filter(urn -> name.regionMatches(true, 0, urn, 0, urn.length()))
        .filter(
            urn -> name.length() == urn.length() || ":.".indexOf(name.charAt(urn.length())) >= 0)
        .max(Comparator.comparingInt(String::length))
        .orElse(null);
  }
}
