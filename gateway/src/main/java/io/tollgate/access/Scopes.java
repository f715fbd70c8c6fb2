package io.tollgate.access;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A set of scopes, held by a key or asked for by a route. Immutable; {@link #covers} allocates
 * nothing.
 *
 * <p>A scope is a free text of 1 to {@value #SCOPE_LENGTH_MAX} visible ASCII characters without
 * quote or backslash, which is RFC 6749's {@code scope-token}: so a list of them can stand in one
 * header, separated by spaces.
 */
public final class Scopes {
  public static final int SCOPE_LENGTH_MAX = 255;
  public static final int COUNT_MAX = 100;
  public static final Scopes NONE = new Scopes(new String[0]);

  private final String[] sorted;
  private final String joined;

  private Scopes(String[] sorted) {
    this.sorted = sorted;
    joined = String.join(" ", sorted);
  }

  /**
   * Makes a set of scopes; one that is named twice counts once.
   *
   * @throws IllegalArgumentException naming the offender, if one of them is not a scope or there
   *     are more than {@value #COUNT_MAX}
   */
  public static Scopes of(Collection<String> scopes) {
    if (scopes.isEmpty()) {
      return NONE;
    }
    String[] sorted = scopes.stream().distinct().sorted().toArray(String[]::new);
    if (sorted.length > COUNT_MAX) {
      throw new IllegalArgumentException(
          "at most " + COUNT_MAX + " scopes are taken, were " + sorted.length);
    }
    for (String scope : sorted) {
      if (!isScope(scope)) {
        throw new IllegalArgumentException(
            "a scope is 1 to "
                + SCOPE_LENGTH_MAX
                + " visible ASCII characters without quote or backslash, was \""
                + scope
                + "\"");
      }
    }
    return new Scopes(sorted);
  }

  /** Returns whether the text can be a scope. */
  public static boolean isScope(String text) {
    return !text.isEmpty()
        && text.length() <= SCOPE_LENGTH_MAX
        && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '\\');
  }

  /** Returns whether all of the required scopes are among these. */
  public boolean covers(Scopes required) {
    int held = 0;
    for (String wanted : required.sorted) {
      int order = 1;
      while (held < sorted.length && (order = sorted[held].compareTo(wanted)) < 0) {
        held++;
      }
      if (order != 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether one of them names a permission, which counts only while a role holds it. */
  public boolean hasPermissions() {
    return Arrays.stream(sorted).anyMatch(Scopes::isPermission);
  }

  /** Returns these scopes without the permissions that are not among those held. */
  public Scopes withPermissionsOf(Set<String> held) {
    return new Scopes(
        Arrays.stream(sorted)
            .filter(scope -> !isPermission(scope) || held.contains(scope))
            .toArray(String[]::new));
  }

  /** Returns those of these scopes that are among others. */
  public Scopes among(Scopes others) {
    return new Scopes(Arrays.stream(sorted).filter(others::contains).toArray(String[]::new));
  }

  private static boolean isPermission(String scope) {
    return scope.startsWith("org:");
  }

  public boolean contains(String scope) {
    return Arrays.binarySearch(sorted, scope) >= 0;
  }

  public List<String> toList() {
    return List.of(sorted);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Scopes that && Arrays.equals(sorted, that.sorted);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sorted);
  }

  /** Returns the scopes in order, separated by single spaces. */
  @Override
  public String toString() {
    return joined;
  }
}
