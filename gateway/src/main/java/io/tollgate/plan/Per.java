package io.tollgate.plan;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Whose requests are counted together. */
public enum Per {
  /** Those of one key. */
  KEY,
  /** Those of all keys of one subject. */
  SUBJECT,
  /** Those of all subjects that have the same version of a plan. */
  PLAN;

  private final String text = name().toLowerCase(Locale.ROOT);

  /** Returns the word as it stands in settings, records and headers. */
  public String text() {
    return text;
  }

  public static Optional<Per> of(String text) {
    return Arrays.stream(values()).filter(per -> per.text.equals(text)).findFirst();
  }
}
