package io.tollgate.deploy;

import java.util.Locale;

/**
 * One thing that an operator may set. Immutable.
 *
 * @param name dotted, as it stands in the file
 * @param kind how its text is read
 * @param fallback the text that counts where none is given; empty for none
 * @param fallbackShown the same as the reference shows it, where it differs by machine
 * @param description one line for the reference
 */
record Setting<T>(
    String name, Kind<T> kind, String fallback, String fallbackShown, String description) {
  static final String VARIABLE_PREFIX = "TOLLGATE_";
  static final String FILE_SUFFIX = "_FILE";

  static <T> Setting<T> of(String name, Kind<T> kind, Object fallback, String description) {
    String text = fallback.toString();
    return new Setting<>(name, kind, text, text, description);
  }

  /** Returns the environment variable that holds the value. */
  String variable() {
    return VARIABLE_PREFIX + name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /** Returns the environment variable that names a file with the value; only secrets have one. */
  String fileVariable() {
    return variable() + FILE_SUFFIX;
  }

  boolean isSecret() {
    return kind.isSecret();
  }

  /** Returns a value as it may be shown. */
  String shown(String text) {
    return kind.shown().apply(text);
  }
}
